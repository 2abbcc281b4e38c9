"""Languages as English writes them: records carry codes, readers know names. Pure."""

NAMES = dict(
    pair.replace("_", " ").split("=")
    for pair in (
        "af=Afrikaans am=Amharic an=Aragonese ar=Arabic as=Assamese az=Azerbaijani be=Belarusian "
        "bg=Bulgarian bn=Bangla br=Breton bs=Bosnian ca=Catalan cs=Czech cy=Welsh da=Danish de=German "
        "dz=Dzongkha el=Greek en=English eo=Esperanto es=Spanish et=Estonian eu=Basque fa=Persian "
        "fi=Finnish fo=Faroese fr=French ga=Irish gl=Galician gu=Gujarati he=Hebrew hi=Hindi hr=Croatian "
        "ht=Haitian_Creole hu=Hungarian hy=Armenian id=Indonesian is=Icelandic it=Italian ja=Japanese "
        "jv=Javanese ka=Georgian kk=Kazakh km=Khmer kn=Kannada ko=Korean ku=Kurdish ky=Kyrgyz la=Latin "
        "lb=Luxembourgish lo=Lao lt=Lithuanian lv=Latvian mg=Malagasy mk=Macedonian ml=Malayalam "
        "mn=Mongolian mr=Marathi ms=Malay mt=Maltese nb=Norwegian_Bokmål ne=Nepali nl=Dutch "
        "nn=Norwegian_Nynorsk no=Norwegian oc=Occitan or=Odia pa=Punjabi pl=Polish ps=Pashto "
        "pt=Portuguese qu=Quechua ro=Romanian ru=Russian rw=Kinyarwanda se=Northern_Sami si=Sinhala "
        "sk=Slovak sl=Slovenian sq=Albanian sr=Serbian sv=Swedish sw=Swahili ta=Tamil te=Telugu th=Thai "
        "tl=Tagalog tr=Turkish ug=Uyghur uk=Ukrainian ur=Urdu uz=Uzbek vi=Vietnamese vo=Volapük "
        "wa=Walloon xh=Xhosa zh=Chinese zu=Zulu"
    ).split()
)
"""By code, of the languages that ingest tells apart."""


def language_name(code: str) -> str:
    """What is no code that it knows stays."""
    return NAMES.get(code.partition("-")[0], code)
