"""Countries by the names that CLDR gives them, in every language handled."""

from functools import cache

from services.enrich.facts.cldr import names


@cache
def countries() -> dict[str, str]:
    """Name as written to ISO 3166-1 alpha-2. Of two codes with one name the first in the alphabet."""
    found = dict(names().countries)
    for code, forms in _SHORT.items():
        found.update(dict.fromkeys(forms, code))
    return found


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
