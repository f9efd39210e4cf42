//! Offsets from UTC of the time zones that browsers report, from the IANA time zone database (public domain).
//!
//! Enough to say what a clock shows within an hour, which is all that a comparison with an address can use; not enough
//! to say when a clock changes. A name that is not in the table has no offset.

/// How far clocks stand from the sun where people live: behind it by at most an hour, ahead of it by at most three and
/// a half (the west of China, 3.2 hours ahead; Galicia in summer, 2.6).
const BEHIND_THE_SUN_HOURS: f64 = 1.0;
const AHEAD_OF_THE_SUN_HOURS: f64 = 3.5;

/// By how many hours the clock of a zone differs from any clock that may hang at a longitude; 0 where they may agree,
/// None for a name that is not known. O(log n).
pub(super) fn gap_hours(zone: &str, longitude: f64) -> Option<f64> {
    let place = ZONES.binary_search_by_key(&zone, |(name, ..)| name).ok()?;
    let (_, least, most) = ZONES.get(place)?;
    let (least, most) = (f64::from(*least) / 4.0, f64::from(*most) / 4.0);
    let sun = longitude / 15.0;
    let (earliest, latest) = (sun - BEHIND_THE_SUN_HOURS, sun + AHEAD_OF_THE_SUN_HOURS);
    // Across the date line a day lies between clocks that show nearly the same.
    let gap = |day: f64| (earliest - (most + day)).max(least + day - latest).max(0.0);
    Some(gap(0.0).min(gap(24.0)).min(gap(-24.0)))
}

/// Whether a zone's clock ever shows so many minutes ahead of UTC, or within an hour of it, since rules change; None for a
/// name that is not known. O(log n).
pub(super) fn has_offset(zone: &str, minutes: i32) -> Option<bool> {
    let place = ZONES.binary_search_by_key(&zone, |(name, ..)| name).ok()?;
    let (_, least, most) = ZONES.get(place)?;
    Some((i32::from(*least) * 15 - 60..=i32::from(*most) * 15 + 60).contains(&minutes))
}

/// Name, and the least and most quarters of an hour ahead of UTC within a year (2026), by name.
#[rustfmt::skip]
const ZONES: [(&str, i8, i8); 597] = [
    ("Africa/Abidjan", 0, 0), ("Africa/Accra", 0, 0), ("Africa/Addis_Ababa", 12, 12), ("Africa/Algiers", 4, 4),
    ("Africa/Asmara", 12, 12), ("Africa/Asmera", 12, 12), ("Africa/Bamako", 0, 0), ("Africa/Bangui", 4, 4),
    ("Africa/Banjul", 0, 0), ("Africa/Bissau", 0, 0), ("Africa/Blantyre", 8, 8), ("Africa/Brazzaville", 4, 4),
    ("Africa/Bujumbura", 8, 8), ("Africa/Cairo", 8, 12), ("Africa/Casablanca", 4, 4), ("Africa/Ceuta", 4, 8),
    ("Africa/Conakry", 0, 0), ("Africa/Dakar", 0, 0), ("Africa/Dar_es_Salaam", 12, 12), ("Africa/Djibouti", 12, 12),
    ("Africa/Douala", 4, 4), ("Africa/El_Aaiun", 4, 4), ("Africa/Freetown", 0, 0), ("Africa/Gaborone", 8, 8),
    ("Africa/Harare", 8, 8), ("Africa/Johannesburg", 8, 8), ("Africa/Juba", 8, 8), ("Africa/Kampala", 12, 12),
    ("Africa/Khartoum", 8, 8), ("Africa/Kigali", 8, 8), ("Africa/Kinshasa", 4, 4), ("Africa/Lagos", 4, 4),
    ("Africa/Libreville", 4, 4), ("Africa/Lome", 0, 0), ("Africa/Luanda", 4, 4), ("Africa/Lubumbashi", 8, 8),
    ("Africa/Lusaka", 8, 8), ("Africa/Malabo", 4, 4), ("Africa/Maputo", 8, 8), ("Africa/Maseru", 8, 8),
    ("Africa/Mbabane", 8, 8), ("Africa/Mogadishu", 12, 12), ("Africa/Monrovia", 0, 0), ("Africa/Nairobi", 12, 12),
    ("Africa/Ndjamena", 4, 4), ("Africa/Niamey", 4, 4), ("Africa/Nouakchott", 0, 0), ("Africa/Ouagadougou", 0, 0),
    ("Africa/Porto-Novo", 4, 4), ("Africa/Sao_Tome", 0, 0), ("Africa/Timbuktu", 0, 0), ("Africa/Tripoli", 8, 8),
    ("Africa/Tunis", 4, 4), ("Africa/Windhoek", 8, 8), ("America/Adak", -40, -36), ("America/Anchorage", -36, -32),
    ("America/Anguilla", -16, -16), ("America/Antigua", -16, -16), ("America/Araguaina", -12, -12),
    ("America/Argentina/Buenos_Aires", -12, -12), ("America/Argentina/Catamarca", -12, -12),
    ("America/Argentina/ComodRivadavia", -12, -12), ("America/Argentina/Cordoba", -12, -12),
    ("America/Argentina/Jujuy", -12, -12), ("America/Argentina/La_Rioja", -12, -12),
    ("America/Argentina/Mendoza", -12, -12), ("America/Argentina/Rio_Gallegos", -12, -12),
    ("America/Argentina/Salta", -12, -12), ("America/Argentina/San_Juan", -12, -12),
    ("America/Argentina/San_Luis", -12, -12), ("America/Argentina/Tucuman", -12, -12),
    ("America/Argentina/Ushuaia", -12, -12), ("America/Aruba", -16, -16), ("America/Asuncion", -12, -12),
    ("America/Atikokan", -20, -20), ("America/Atka", -40, -36), ("America/Bahia", -12, -12),
    ("America/Bahia_Banderas", -24, -24), ("America/Barbados", -16, -16), ("America/Belem", -12, -12),
    ("America/Belize", -24, -24), ("America/Blanc-Sablon", -16, -16), ("America/Boa_Vista", -16, -16),
    ("America/Bogota", -20, -20), ("America/Boise", -28, -24), ("America/Buenos_Aires", -12, -12),
    ("America/Cambridge_Bay", -28, -24), ("America/Campo_Grande", -16, -16), ("America/Cancun", -20, -20),
    ("America/Caracas", -16, -16), ("America/Catamarca", -12, -12), ("America/Cayenne", -12, -12),
    ("America/Cayman", -20, -20), ("America/Chicago", -24, -20), ("America/Chihuahua", -24, -24),
    ("America/Ciudad_Juarez", -28, -24), ("America/Coral_Harbour", -20, -20), ("America/Cordoba", -12, -12),
    ("America/Costa_Rica", -24, -24), ("America/Coyhaique", -12, -12), ("America/Creston", -28, -28),
    ("America/Cuiaba", -16, -16), ("America/Curacao", -16, -16), ("America/Danmarkshavn", 0, 0),
    ("America/Dawson", -28, -28), ("America/Dawson_Creek", -28, -28), ("America/Denver", -28, -24),
    ("America/Detroit", -20, -16), ("America/Dominica", -16, -16), ("America/Edmonton", -28, -24),
    ("America/Eirunepe", -20, -20), ("America/El_Salvador", -24, -24), ("America/Ensenada", -32, -28),
    ("America/Fort_Nelson", -28, -28), ("America/Fort_Wayne", -20, -16), ("America/Fortaleza", -12, -12),
    ("America/Glace_Bay", -16, -12), ("America/Godthab", -8, -4), ("America/Goose_Bay", -16, -12),
    ("America/Grand_Turk", -20, -16), ("America/Grenada", -16, -16), ("America/Guadeloupe", -16, -16),
    ("America/Guatemala", -24, -24), ("America/Guayaquil", -20, -20), ("America/Guyana", -16, -16),
    ("America/Halifax", -16, -12), ("America/Havana", -20, -16), ("America/Hermosillo", -28, -28),
    ("America/Indiana/Indianapolis", -20, -16), ("America/Indiana/Knox", -24, -20),
    ("America/Indiana/Marengo", -20, -16), ("America/Indiana/Petersburg", -20, -16),
    ("America/Indiana/Tell_City", -24, -20), ("America/Indiana/Vevay", -20, -16),
    ("America/Indiana/Vincennes", -20, -16), ("America/Indiana/Winamac", -20, -16),
    ("America/Indianapolis", -20, -16), ("America/Inuvik", -28, -24), ("America/Iqaluit", -20, -16),
    ("America/Jamaica", -20, -20), ("America/Jujuy", -12, -12), ("America/Juneau", -36, -32),
    ("America/Kentucky/Louisville", -20, -16), ("America/Kentucky/Monticello", -20, -16),
    ("America/Knox_IN", -24, -20), ("America/Kralendijk", -16, -16), ("America/La_Paz", -16, -16),
    ("America/Lima", -20, -20), ("America/Los_Angeles", -32, -28), ("America/Louisville", -20, -16),
    ("America/Lower_Princes", -16, -16), ("America/Maceio", -12, -12), ("America/Managua", -24, -24),
    ("America/Manaus", -16, -16), ("America/Marigot", -16, -16), ("America/Martinique", -16, -16),
    ("America/Matamoros", -24, -20), ("America/Mazatlan", -28, -28), ("America/Mendoza", -12, -12),
    ("America/Menominee", -24, -20), ("America/Merida", -24, -24), ("America/Metlakatla", -36, -32),
    ("America/Mexico_City", -24, -24), ("America/Miquelon", -12, -8), ("America/Moncton", -16, -12),
    ("America/Monterrey", -24, -24), ("America/Montevideo", -12, -12), ("America/Montreal", -20, -16),
    ("America/Montserrat", -16, -16), ("America/Nassau", -20, -16), ("America/New_York", -20, -16),
    ("America/Nipigon", -20, -16), ("America/Nome", -36, -32), ("America/Noronha", -8, -8),
    ("America/North_Dakota/Beulah", -24, -20), ("America/North_Dakota/Center", -24, -20),
    ("America/North_Dakota/New_Salem", -24, -20), ("America/Nuuk", -8, -4), ("America/Ojinaga", -24, -20),
    ("America/Panama", -20, -20), ("America/Pangnirtung", -20, -16), ("America/Paramaribo", -12, -12),
    ("America/Phoenix", -28, -28), ("America/Port-au-Prince", -20, -16), ("America/Port_of_Spain", -16, -16),
    ("America/Porto_Acre", -20, -20), ("America/Porto_Velho", -16, -16), ("America/Puerto_Rico", -16, -16),
    ("America/Punta_Arenas", -12, -12), ("America/Rainy_River", -24, -20), ("America/Rankin_Inlet", -24, -20),
    ("America/Recife", -12, -12), ("America/Regina", -24, -24), ("America/Resolute", -24, -20),
    ("America/Rio_Branco", -20, -20), ("America/Rosario", -12, -12), ("America/Santa_Isabel", -32, -28),
    ("America/Santarem", -12, -12), ("America/Santiago", -16, -12), ("America/Santo_Domingo", -16, -16),
    ("America/Sao_Paulo", -12, -12), ("America/Scoresbysund", -8, -4), ("America/Shiprock", -28, -24),
    ("America/Sitka", -36, -32), ("America/St_Barthelemy", -16, -16), ("America/St_Johns", -14, -10),
    ("America/St_Kitts", -16, -16), ("America/St_Lucia", -16, -16), ("America/St_Thomas", -16, -16),
    ("America/St_Vincent", -16, -16), ("America/Swift_Current", -24, -24), ("America/Tegucigalpa", -24, -24),
    ("America/Thule", -16, -12), ("America/Thunder_Bay", -20, -16), ("America/Tijuana", -32, -28),
    ("America/Toronto", -20, -16), ("America/Tortola", -16, -16), ("America/Vancouver", -32, -28),
    ("America/Virgin", -16, -16), ("America/Whitehorse", -28, -28), ("America/Winnipeg", -24, -20),
    ("America/Yakutat", -36, -32), ("America/Yellowknife", -28, -24), ("Antarctica/Casey", 32, 32),
    ("Antarctica/Davis", 28, 28), ("Antarctica/DumontDUrville", 40, 40), ("Antarctica/Macquarie", 40, 44),
    ("Antarctica/Mawson", 20, 20), ("Antarctica/McMurdo", 48, 52), ("Antarctica/Palmer", -12, -12),
    ("Antarctica/Rothera", -12, -12), ("Antarctica/South_Pole", 48, 52), ("Antarctica/Syowa", 12, 12),
    ("Antarctica/Troll", 0, 8), ("Antarctica/Vostok", 20, 20), ("Arctic/Longyearbyen", 4, 8), ("Asia/Aden", 12, 12),
    ("Asia/Almaty", 20, 20), ("Asia/Amman", 12, 12), ("Asia/Anadyr", 48, 48), ("Asia/Aqtau", 20, 20),
    ("Asia/Aqtobe", 20, 20), ("Asia/Ashgabat", 20, 20), ("Asia/Ashkhabad", 20, 20), ("Asia/Atyrau", 20, 20),
    ("Asia/Baghdad", 12, 12), ("Asia/Bahrain", 12, 12), ("Asia/Baku", 16, 16), ("Asia/Bangkok", 28, 28),
    ("Asia/Barnaul", 28, 28), ("Asia/Beirut", 8, 12), ("Asia/Bishkek", 24, 24), ("Asia/Brunei", 32, 32),
    ("Asia/Calcutta", 22, 22), ("Asia/Chita", 36, 36), ("Asia/Choibalsan", 32, 32), ("Asia/Chongqing", 32, 32),
    ("Asia/Chungking", 32, 32), ("Asia/Colombo", 22, 22), ("Asia/Dacca", 24, 24), ("Asia/Damascus", 12, 12),
    ("Asia/Dhaka", 24, 24), ("Asia/Dili", 36, 36), ("Asia/Dubai", 16, 16), ("Asia/Dushanbe", 20, 20),
    ("Asia/Famagusta", 8, 12), ("Asia/Gaza", 8, 12), ("Asia/Harbin", 32, 32), ("Asia/Hebron", 8, 12),
    ("Asia/Ho_Chi_Minh", 28, 28), ("Asia/Hong_Kong", 32, 32), ("Asia/Hovd", 28, 28), ("Asia/Irkutsk", 32, 32),
    ("Asia/Istanbul", 12, 12), ("Asia/Jakarta", 28, 28), ("Asia/Jayapura", 36, 36), ("Asia/Jerusalem", 8, 12),
    ("Asia/Kabul", 18, 18), ("Asia/Kamchatka", 48, 48), ("Asia/Karachi", 20, 20), ("Asia/Kashgar", 24, 24),
    ("Asia/Kathmandu", 23, 23), ("Asia/Katmandu", 23, 23), ("Asia/Khandyga", 36, 36), ("Asia/Kolkata", 22, 22),
    ("Asia/Krasnoyarsk", 28, 28), ("Asia/Kuala_Lumpur", 32, 32), ("Asia/Kuching", 32, 32), ("Asia/Kuwait", 12, 12),
    ("Asia/Macao", 32, 32), ("Asia/Macau", 32, 32), ("Asia/Magadan", 44, 44), ("Asia/Makassar", 32, 32),
    ("Asia/Manila", 32, 32), ("Asia/Muscat", 16, 16), ("Asia/Nicosia", 8, 12), ("Asia/Novokuznetsk", 28, 28),
    ("Asia/Novosibirsk", 28, 28), ("Asia/Omsk", 24, 24), ("Asia/Oral", 20, 20), ("Asia/Phnom_Penh", 28, 28),
    ("Asia/Pontianak", 28, 28), ("Asia/Pyongyang", 36, 36), ("Asia/Qatar", 12, 12), ("Asia/Qostanay", 20, 20),
    ("Asia/Qyzylorda", 20, 20), ("Asia/Rangoon", 26, 26), ("Asia/Riyadh", 12, 12), ("Asia/Saigon", 28, 28),
    ("Asia/Sakhalin", 44, 44), ("Asia/Samarkand", 20, 20), ("Asia/Seoul", 36, 36), ("Asia/Shanghai", 32, 32),
    ("Asia/Singapore", 32, 32), ("Asia/Srednekolymsk", 44, 44), ("Asia/Taipei", 32, 32), ("Asia/Tashkent", 20, 20),
    ("Asia/Tbilisi", 16, 16), ("Asia/Tehran", 14, 14), ("Asia/Tel_Aviv", 8, 12), ("Asia/Thimbu", 24, 24),
    ("Asia/Thimphu", 24, 24), ("Asia/Tokyo", 36, 36), ("Asia/Tomsk", 28, 28), ("Asia/Ujung_Pandang", 32, 32),
    ("Asia/Ulaanbaatar", 32, 32), ("Asia/Ulan_Bator", 32, 32), ("Asia/Urumqi", 24, 24), ("Asia/Ust-Nera", 40, 40),
    ("Asia/Vientiane", 28, 28), ("Asia/Vladivostok", 40, 40), ("Asia/Yakutsk", 36, 36), ("Asia/Yangon", 26, 26),
    ("Asia/Yekaterinburg", 20, 20), ("Asia/Yerevan", 16, 16), ("Atlantic/Azores", -4, 0),
    ("Atlantic/Bermuda", -16, -12), ("Atlantic/Canary", 0, 4), ("Atlantic/Cape_Verde", -4, -4),
    ("Atlantic/Faeroe", 0, 4), ("Atlantic/Faroe", 0, 4), ("Atlantic/Jan_Mayen", 4, 8), ("Atlantic/Madeira", 0, 4),
    ("Atlantic/Reykjavik", 0, 0), ("Atlantic/South_Georgia", -8, -8), ("Atlantic/St_Helena", 0, 0),
    ("Atlantic/Stanley", -12, -12), ("Australia/ACT", 40, 44), ("Australia/Adelaide", 38, 42),
    ("Australia/Brisbane", 40, 40), ("Australia/Broken_Hill", 38, 42), ("Australia/Canberra", 40, 44),
    ("Australia/Currie", 40, 44), ("Australia/Darwin", 38, 38), ("Australia/Eucla", 35, 35),
    ("Australia/Hobart", 40, 44), ("Australia/LHI", 42, 44), ("Australia/Lindeman", 40, 40),
    ("Australia/Lord_Howe", 42, 44), ("Australia/Melbourne", 40, 44), ("Australia/NSW", 40, 44),
    ("Australia/North", 38, 38), ("Australia/Perth", 32, 32), ("Australia/Queensland", 40, 40),
    ("Australia/South", 38, 42), ("Australia/Sydney", 40, 44), ("Australia/Tasmania", 40, 44),
    ("Australia/Victoria", 40, 44), ("Australia/West", 32, 32), ("Australia/Yancowinna", 38, 42),
    ("Brazil/Acre", -20, -20), ("Brazil/DeNoronha", -8, -8), ("Brazil/East", -12, -12), ("Brazil/West", -16, -16),
    ("CET", 4, 8), ("CST6CDT", -24, -20), ("Canada/Atlantic", -16, -12), ("Canada/Central", -24, -20),
    ("Canada/Eastern", -20, -16), ("Canada/Mountain", -28, -24), ("Canada/Newfoundland", -14, -10),
    ("Canada/Pacific", -32, -28), ("Canada/Saskatchewan", -24, -24), ("Canada/Yukon", -28, -28),
    ("Chile/Continental", -16, -12), ("Chile/EasterIsland", -24, -20), ("Cuba", -20, -16), ("EET", 8, 12),
    ("EST", -20, -20), ("EST5EDT", -20, -16), ("Egypt", 8, 12), ("Eire", 0, 4), ("Etc/GMT", 0, 0),
    ("Etc/GMT+0", 0, 0), ("Etc/GMT+1", -4, -4), ("Etc/GMT+10", -40, -40), ("Etc/GMT+11", -44, -44),
    ("Etc/GMT+12", -48, -48), ("Etc/GMT+2", -8, -8), ("Etc/GMT+3", -12, -12), ("Etc/GMT+4", -16, -16),
    ("Etc/GMT+5", -20, -20), ("Etc/GMT+6", -24, -24), ("Etc/GMT+7", -28, -28), ("Etc/GMT+8", -32, -32),
    ("Etc/GMT+9", -36, -36), ("Etc/GMT-0", 0, 0), ("Etc/GMT-1", 4, 4), ("Etc/GMT-10", 40, 40),
    ("Etc/GMT-11", 44, 44), ("Etc/GMT-12", 48, 48), ("Etc/GMT-13", 52, 52), ("Etc/GMT-14", 56, 56),
    ("Etc/GMT-2", 8, 8), ("Etc/GMT-3", 12, 12), ("Etc/GMT-4", 16, 16), ("Etc/GMT-5", 20, 20), ("Etc/GMT-6", 24, 24),
    ("Etc/GMT-7", 28, 28), ("Etc/GMT-8", 32, 32), ("Etc/GMT-9", 36, 36), ("Etc/GMT0", 0, 0), ("Etc/Greenwich", 0, 0),
    ("Etc/UCT", 0, 0), ("Etc/UTC", 0, 0), ("Etc/Universal", 0, 0), ("Etc/Zulu", 0, 0), ("Europe/Amsterdam", 4, 8),
    ("Europe/Andorra", 4, 8), ("Europe/Astrakhan", 16, 16), ("Europe/Athens", 8, 12), ("Europe/Belfast", 0, 4),
    ("Europe/Belgrade", 4, 8), ("Europe/Berlin", 4, 8), ("Europe/Bratislava", 4, 8), ("Europe/Brussels", 4, 8),
    ("Europe/Bucharest", 8, 12), ("Europe/Budapest", 4, 8), ("Europe/Busingen", 4, 8), ("Europe/Chisinau", 8, 12),
    ("Europe/Copenhagen", 4, 8), ("Europe/Dublin", 0, 4), ("Europe/Gibraltar", 4, 8), ("Europe/Guernsey", 0, 4),
    ("Europe/Helsinki", 8, 12), ("Europe/Isle_of_Man", 0, 4), ("Europe/Istanbul", 12, 12), ("Europe/Jersey", 0, 4),
    ("Europe/Kaliningrad", 8, 8), ("Europe/Kiev", 8, 12), ("Europe/Kirov", 12, 12), ("Europe/Kyiv", 8, 12),
    ("Europe/Lisbon", 0, 4), ("Europe/Ljubljana", 4, 8), ("Europe/London", 0, 4), ("Europe/Luxembourg", 4, 8),
    ("Europe/Madrid", 4, 8), ("Europe/Malta", 4, 8), ("Europe/Mariehamn", 8, 12), ("Europe/Minsk", 12, 12),
    ("Europe/Monaco", 4, 8), ("Europe/Moscow", 12, 12), ("Europe/Nicosia", 8, 12), ("Europe/Oslo", 4, 8),
    ("Europe/Paris", 4, 8), ("Europe/Podgorica", 4, 8), ("Europe/Prague", 4, 8), ("Europe/Riga", 8, 12),
    ("Europe/Rome", 4, 8), ("Europe/Samara", 16, 16), ("Europe/San_Marino", 4, 8), ("Europe/Sarajevo", 4, 8),
    ("Europe/Saratov", 16, 16), ("Europe/Simferopol", 12, 12), ("Europe/Skopje", 4, 8), ("Europe/Sofia", 8, 12),
    ("Europe/Stockholm", 4, 8), ("Europe/Tallinn", 8, 12), ("Europe/Tirane", 4, 8), ("Europe/Tiraspol", 8, 12),
    ("Europe/Ulyanovsk", 16, 16), ("Europe/Uzhgorod", 8, 12), ("Europe/Vaduz", 4, 8), ("Europe/Vatican", 4, 8),
    ("Europe/Vienna", 4, 8), ("Europe/Vilnius", 8, 12), ("Europe/Volgograd", 12, 12), ("Europe/Warsaw", 4, 8),
    ("Europe/Zagreb", 4, 8), ("Europe/Zaporozhye", 8, 12), ("Europe/Zurich", 4, 8), ("GB", 0, 4), ("GB-Eire", 0, 4),
    ("GMT", 0, 0), ("GMT+0", 0, 0), ("GMT-0", 0, 0), ("GMT0", 0, 0), ("Greenwich", 0, 0), ("HST", -40, -40),
    ("Hongkong", 32, 32), ("Iceland", 0, 0), ("Indian/Antananarivo", 12, 12), ("Indian/Chagos", 24, 24),
    ("Indian/Christmas", 28, 28), ("Indian/Cocos", 26, 26), ("Indian/Comoro", 12, 12), ("Indian/Kerguelen", 20, 20),
    ("Indian/Mahe", 16, 16), ("Indian/Maldives", 20, 20), ("Indian/Mauritius", 16, 16), ("Indian/Mayotte", 12, 12),
    ("Indian/Reunion", 16, 16), ("Iran", 14, 14), ("Israel", 8, 12), ("Jamaica", -20, -20), ("Japan", 36, 36),
    ("Kwajalein", 48, 48), ("Libya", 8, 8), ("MET", 4, 8), ("MST", -28, -28), ("MST7MDT", -28, -24),
    ("Mexico/BajaNorte", -32, -28), ("Mexico/BajaSur", -28, -28), ("Mexico/General", -24, -24), ("NZ", 48, 52),
    ("NZ-CHAT", 51, 55), ("Navajo", -28, -24), ("PRC", 32, 32), ("PST8PDT", -32, -28), ("Pacific/Apia", 52, 52),
    ("Pacific/Auckland", 48, 52), ("Pacific/Bougainville", 44, 44), ("Pacific/Chatham", 51, 55),
    ("Pacific/Chuuk", 40, 40), ("Pacific/Easter", -24, -20), ("Pacific/Efate", 44, 44),
    ("Pacific/Enderbury", 52, 52), ("Pacific/Fakaofo", 52, 52), ("Pacific/Fiji", 48, 48),
    ("Pacific/Funafuti", 48, 48), ("Pacific/Galapagos", -24, -24), ("Pacific/Gambier", -36, -36),
    ("Pacific/Guadalcanal", 44, 44), ("Pacific/Guam", 40, 40), ("Pacific/Honolulu", -40, -40),
    ("Pacific/Johnston", -40, -40), ("Pacific/Kanton", 52, 52), ("Pacific/Kiritimati", 56, 56),
    ("Pacific/Kosrae", 44, 44), ("Pacific/Kwajalein", 48, 48), ("Pacific/Majuro", 48, 48),
    ("Pacific/Marquesas", -38, -38), ("Pacific/Midway", -44, -44), ("Pacific/Nauru", 48, 48),
    ("Pacific/Niue", -44, -44), ("Pacific/Norfolk", 44, 48), ("Pacific/Noumea", 44, 44),
    ("Pacific/Pago_Pago", -44, -44), ("Pacific/Palau", 36, 36), ("Pacific/Pitcairn", -32, -32),
    ("Pacific/Pohnpei", 44, 44), ("Pacific/Ponape", 44, 44), ("Pacific/Port_Moresby", 40, 40),
    ("Pacific/Rarotonga", -40, -40), ("Pacific/Saipan", 40, 40), ("Pacific/Samoa", -44, -44),
    ("Pacific/Tahiti", -40, -40), ("Pacific/Tarawa", 48, 48), ("Pacific/Tongatapu", 52, 52),
    ("Pacific/Truk", 40, 40), ("Pacific/Wake", 48, 48), ("Pacific/Wallis", 48, 48), ("Pacific/Yap", 40, 40),
    ("Poland", 4, 8), ("Portugal", 0, 4), ("ROC", 32, 32), ("ROK", 36, 36), ("Singapore", 32, 32),
    ("Turkey", 12, 12), ("UCT", 0, 0), ("US/Alaska", -36, -32), ("US/Aleutian", -40, -36), ("US/Arizona", -28, -28),
    ("US/Central", -24, -20), ("US/East-Indiana", -20, -16), ("US/Eastern", -20, -16), ("US/Hawaii", -40, -40),
    ("US/Indiana-Starke", -24, -20), ("US/Michigan", -20, -16), ("US/Mountain", -28, -24), ("US/Pacific", -32, -28),
    ("US/Samoa", -44, -44), ("UTC", 0, 0), ("Universal", 0, 0), ("W-SU", 12, 12), ("WET", 0, 4), ("Zulu", 0, 0),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(ZONES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    #[test]
    fn a_clock_differs_from_a_place_or_may_not() {
        for (zone, longitude, differs) in [
            ("Europe/Madrid", -8.7, false),
            ("Asia/Shanghai", 75.9, false),
            ("Asia/Shanghai", -74.0, true),
            ("America/New_York", 2.3, true),
            ("Europe/Paris", 2.3, false),
            ("Pacific/Auckland", 174.8, false),
            ("Pacific/Kiritimati", -157.4, false),
        ] {
            assert_eq!(gap_hours(zone, longitude).map(|gap| gap >= 2.0), Some(differs), "{zone} {longitude}");
        }
        assert_eq!(gap_hours("Middle/Earth", 0.0), None);
    }
}
