# ruff: noqa: RUF001 - letters of many scripts
"""On which days of the week a text says that things happened."""

import re
from functools import lru_cache

from services.dedup.text.words import fold, folded

_TEXTS_AT_HAND = 1024
_NAMES = (
    "monday tuesday wednesday thursday friday saturday sunday",
    "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "montags dienstags mittwochs donnerstags freitags sonnabend sonntags",
    "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "måndag tisdag onsdag torsdag fredag lördag söndag",
    "mandag tirsdag onsdag torsdag fredag lørdag søndag",
    "måndagen tisdagen onsdagen torsdagen fredagen lördagen söndagen",
    "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "lunes martes miércoles jueves viernes sábado domingo",
    "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "segunda terça quarta quinta sexta sábado domingo",
    "luni marți miercuri joi vineri sâmbătă duminică",
    "poniedziałek wtorek środa czwartek piątek sobota niedziela",
    "poniedziałek wtorek środę czwartek piątek sobotę niedzielę",
    "pondělí úterý středa čtvrtek pátek sobota neděle",
    "pazartesi salı çarşamba perşembe cuma cumartesi pazar",
    "понедельник вторник среда четверг пятница суббота воскресенье",
    "понедельник вторник среду четверг пятницу субботу воскресенье",
    "понеділок вівторок середа четвер пʼятниця субота неділя",
    "δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή",
    "الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت الأحد",
    "دوشنبه سه‌شنبه چهارشنبه پنجشنبه جمعه شنبه یکشنبه",
    "月曜 火曜 水曜 木曜 金曜 土曜 日曜",
    "星期一 星期二 星期三 星期四 星期五 星期六 星期日",
    "周一 周二 周三 周四 周五 周六 周日",
    "월요일 화요일 수요일 목요일 금요일 토요일 일요일",
)
_PARTS = "morgen vormittag mittag nachmittag abend nacht".split()
_DAY = {folded(name): day for names in _NAMES for day, name in enumerate(names.split())}
_DAY |= {f"{name}{part}{s}": day for name, day in _DAY.items() for part in _PARTS for s in ("", "s")}
_UNSPACED = re.compile("|".join(name for names in _NAMES for name in names.split() if ord(name[0]) >= 0x3000))


@lru_cache(maxsize=_TEXTS_AT_HAND)
def weekdays(text: str) -> frozenset[int]:
    """Monday is 0."""
    found = {_DAY[word] for word in _DAY.keys() & set(fold(text))}
    return frozenset(found | {_DAY[folded(match[0])] for match in _UNSPACED.finditer(text)})


def undated(text: str) -> tuple[str, ...]:
    """Its words but for days of the week and figures."""
    return tuple(word for word in fold(_UNSPACED.sub(" ", text)) if word not in _DAY and not word.isdigit())
