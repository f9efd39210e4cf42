//! The countries that a policy or a list may name: ISO 3166-1, two letters and three.
//!
//! Data sets speak in two letters and callers in either, so a country is one pair, and a slip (`UK` for `GB`) is refused
//! when it is read instead of silently blocking nobody.

use crate::CountryCode;

/// Two letters and three, by the two: ISO 3166-1 as of 2026, and `XK`, which data sets use for Kosovo.
const PAIRS: &str = "\
    ADAND AEARE AFAFG AGATG AIAIA ALALB AMARM AOAGO AQATA ARARG ASASM ATAUT AUAUS AWABW AXALA AZAZE BABIH \
    BBBRB BDBGD BEBEL BFBFA BGBGR BHBHR BIBDI BJBEN BLBLM BMBMU BNBRN BOBOL BQBES BRBRA BSBHS BTBTN BVBVT \
    BWBWA BYBLR BZBLZ CACAN CCCCK CDCOD CFCAF CGCOG CHCHE CICIV CKCOK CLCHL CMCMR CNCHN COCOL CRCRI CUCUB \
    CVCPV CWCUW CXCXR CYCYP CZCZE DEDEU DJDJI DKDNK DMDMA DODOM DZDZA ECECU EEEST EGEGY EHESH ERERI ESESP \
    ETETH FIFIN FJFJI FKFLK FMFSM FOFRO FRFRA GAGAB GBGBR GDGRD GEGEO GFGUF GGGGY GHGHA GIGIB GLGRL GMGMB \
    GNGIN GPGLP GQGNQ GRGRC GSSGS GTGTM GUGUM GWGNB GYGUY HKHKG HMHMD HNHND HRHRV HTHTI HUHUN IDIDN IEIRL \
    ILISR IMIMN ININD IOIOT IQIRQ IRIRN ISISL ITITA JEJEY JMJAM JOJOR JPJPN KEKEN KGKGZ KHKHM KIKIR KMCOM \
    KNKNA KPPRK KRKOR KWKWT KYCYM KZKAZ LALAO LBLBN LCLCA LILIE LKLKA LRLBR LSLSO LTLTU LULUX LVLVA LYLBY \
    MAMAR MCMCO MDMDA MEMNE MFMAF MGMDG MHMHL MKMKD MLMLI MMMMR MNMNG MOMAC MPMNP MQMTQ MRMRT MSMSR MTMLT \
    MUMUS MVMDV MWMWI MXMEX MYMYS MZMOZ NANAM NCNCL NENER NFNFK NGNGA NINIC NLNLD NONOR NPNPL NRNRU NUNIU \
    NZNZL OMOMN PAPAN PEPER PFPYF PGPNG PHPHL PKPAK PLPOL PMSPM PNPCN PRPRI PSPSE PTPRT PWPLW PYPRY QAQAT \
    REREU ROROU RSSRB RURUS RWRWA SASAU SBSLB SCSYC SDSDN SESWE SGSGP SHSHN SISVN SJSJM SKSVK SLSLE SMSMR \
    SNSEN SOSOM SRSUR SSSSD STSTP SVSLV SXSXM SYSYR SZSWZ TCTCA TDTCD TFATF TGTGO THTHA TJTJK TKTKL TLTLS \
    TMTKM TNTUN TOTON TRTUR TTTTO TVTUV TWTWN TZTZA UAUKR UGUGA UMUMI USUSA UYURY UZUZB VAVAT VCVCT VEVEN \
    VGVGB VIVIR VNVNM VUVUT WFWLF WSWSM XKXKX YEYEM YTMYT ZAZAF ZMZMB ZWZWE";

/// Both spellings of a country, two letters and three, in any case; None if there is no such country.
#[must_use]
pub fn country_spellings(text: &str) -> Option<[CountryCode; 2]> {
    let text = text.to_ascii_uppercase();
    let pair =
        PAIRS.split_whitespace().map(|pair| pair.split_at(2)).find(|(two, three)| *two == text || *three == text);
    let (two, three) = pair?;
    Some([CountryCode::new(two).ok()?, CountryCode::new(three).ok()?])
}

/// What people write for a country, and its code.
const MEANT: [(&str, &str); 3] = [("UK", "GB"), ("EL", "GR"), ("SU", "RU")];

/// The code of the country that is meant by one that is none, in any case: `GB` for `UK`. None where nobody knows.
#[must_use]
pub fn country_meant(text: &str) -> Option<&'static str> {
    MEANT.iter().find(|(written, _)| written.eq_ignore_ascii_case(text)).map(|(_, meant)| *meant)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_country_is_there_once_in_two_letters_and_in_three() {
        let pairs: Vec<&str> = PAIRS.split_whitespace().collect();
        assert_eq!(pairs.len(), 250);
        assert!(pairs.iter().all(|pair| pair.len() == 5 && pair.bytes().all(|c| c.is_ascii_uppercase())));
        for part in [0..2, 2..5] {
            assert_eq!(pairs.iter().map(|pair| &pair[part.clone()]).collect::<BTreeSet<_>>().len(), 250);
        }
    }

    #[test]
    fn a_country_is_found_by_either_spelling() {
        let germany = [CountryCode::new("DE"), CountryCode::new("DEU")].map(|code| code.expect("letters"));
        for (text, expected) in [
            ("de", Some(germany)),
            ("DEU", Some(germany)),
            ("UK", None),
            ("D", None),
            ("EDE", None),
            ("DEDEU", None),
            ("", None),
        ] {
            assert_eq!(country_spellings(text), expected, "{text}");
        }
    }
}
