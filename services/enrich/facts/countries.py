"""Countries by the names that CLDR gives them, in every language handled."""

from functools import cache

from babel import Locale

LANGUAGES = (
    "de en fr es it pt nl da sv nb fi pl cs sk hu ro bg el ru uk sr hr tr ar fa he hi bn th vi id zh zh_Hant "
    "ja ko"
).split()  # fmt: skip


@cache
def countries() -> dict[str, str]:
    """Name as written to ISO 3166-1 alpha-2. Of two codes with one name the first in the alphabet."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        territories = Locale.parse(language).territories
        for code in sorted(territories):
            name = territories[code]
            if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRIES and len(name) > 1:
                found.setdefault(name, code)
    for code, forms in _SHORT.items():
        found.update(dict.fromkeys(forms, code))
    return found


_NO_COUNTRIES = frozenset(
    {"EU", "EZ", "UN", "XA", "XB", "ZZ", "QO", "AC", "TA", "DG", "EA", "IC", "CP", "CQ"}
)
_SHORT = {
    "US": ("USA", "U.S.", "EE. UU.", "EE.UU.", "États-Unis", "Stati Uniti", "США", "美国", "米国", "미국"),
    "GB": (
        "Großbritannien",
        "Britain",
        "UK",
        "U.K.",
        "Grande-Bretagne",
        "Gran Bretaña",
        "英国",
        "Великобритания",
    ),
    "KP": ("Nordkorea", "North Korea", "Corée du Nord", "Corea del Norte", "КНДР", "朝鲜", "北朝鮮", "북한"),
    "KR": ("Südkorea", "South Korea", "Corée du Sud", "Corea del Sur", "韩国", "韓国", "한국"),
    "TR": ("Türkei", "Turkey", "Turquie", "Turquía"),
    "CZ": ("Tschechien", "Czech Republic", "Tschechische Republik"),
    "NL": ("Niederlande", "Netherlands", "Holland", "Pays-Bas"),
    "RU": ("Russische Föderation", "Russian Federation", "РФ"),
}
"""As the press calls some that CLDR calls otherwise."""
