"""Agencies as the press writes their names. Records carry slugs; readers know names. Pure."""

import re

NAMES = dict(
    pair.replace("_", " ").split("=")
    for pair in (
        "aap=AAP acn=ACN adnkronos=Adnkronos afp=AFP agencia-brasil=Agência_Brasil agerpres=Agerpres "
        "agi=AGI akipress=AKIpress anadolu=Anadolu andina=Andina ani=ANI anp=ANP ansa=ANSA antara=ANTARA "
        "ap=AP apa=APA ape-mpe=ANA-MPA app=APP aps=APS armenpress=Armenpress ats=Keystone-ATS awp=AWP "
        "azertac=AZERTAC belga=Belga belta=BelTA bernama=Bernama bloomberg=Bloomberg bna=BNA bns=BNS "
        "bss=BSS bta=BTA cna-tw=CNA cns=CNS cp=Canadian_Press ctk=ČTK dapd=dapd ddp=ddp dha=DHA "
        "dow-jones=Dow_Jones_Newswires dpa=dpa dts=dts_Nachrichtenagentur efe=EFE elta=ELTA epd=epd "
        "europapress=Europa_Press fars=Fars fena=FENA hina=Hina ians=IANS iha=İHA ina=INA "
        "interfax=Interfax irna=IRNA isna=ISNA jiji=Jiji kazinform=Kazinform kcna=KCNA keystone-sda=sda "
        "kna=KNA kuna=KUNA kyodo=Kyodo lana=LANA lapresse=LaPresse leta=LETA lusa=Lusa map=MAP mehr=Mehr "
        "mena=MENA mia=MIA mti=MTI nan=NAN news1=News1 newsis=Newsis nna=NNA notimex=Notimex ntb=NTB "
        "ona=ONA pa=PA pap=PAP petra=Petra pna=PNA prensa-latina=Prensa_Latina pti=PTI qna=QNA "
        "reuters=Reuters ria=RIA_Novosti ritzau=Ritzau sana=SANA saba=Saba servimedia=Servimedia sid=SID "
        "spa=SPA srna=SRNA sta=STA stt=STT suna=SUNA tanjug=Tanjug tap=TAP tasnim=Tasnim tasr=TASR "
        "sita=SITA tass=TASS telam=Télam tt=TT ttxvn=TTXVN ukrinform=Ukrinform unb=UNB uni=UNI "
        "unian=UNIAN unn=UNN upi=UPI wafa=WAFA wam=WAM xinhua=Xinhua yonhap=Yonhap"
    ).split()
)
"""By slug. A test holds them to what ingest reports in citations."""
_SLUG = "|".join(sorted(NAMES, key=len, reverse=True))
_CREDIT = re.compile(rf"\bcredits? (?:(?:{_SLUG})\b(?:, )?)+")
_JACCARD = re.compile(r"\bJ (0?\.\d+|1(?:\.0+)?)\b")
_PERCENT = re.compile(r"(\d)%")
_CREDITS = re.compile(r"\bcredits it$")
_NAMES = re.compile(r"^it names it as\b")


def agency(name: str) -> str:
    """What is no slug of an agency is the name of an outlet, and stays."""
    return NAMES.get(name, name)


def reason(text: str) -> str:
    """A record's reason as one would say it: agencies by their names, shares in percent."""
    said = _CREDIT.sub(lambda match: re.sub(_SLUG, lambda one: NAMES[one.group()], match.group()), text)
    said = _JACCARD.sub(lambda match: f"{_whole(float(match.group(1)))}% of all words in common", said)
    return _PERCENT.sub("\\1\u00a0%", said)


def because(text: str, of: str) -> str:
    """Why something is from `of`, which is named already: what credits it, credits that one."""
    if _CREDITS.search(text):
        return _CREDITS.sub(lambda _: f"credits {agency(of)}", text.removeprefix("it "))
    return _NAMES.sub(lambda _: f"names {agency(of)} as", reason(text))


def _whole(share: float) -> int:
    return min(99, int(100 * share)) if share < 1 else 100
