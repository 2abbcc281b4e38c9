import pytest

from services.ingest.credits.presses import AGENCIES
from services.ingest.credits.publishers import agency_of


@pytest.mark.parametrize(
    ("source", "site", "agency"),
    [
        ("dpa", "", "dpa"),
        ("Keystone-SDA", "", "keystone-sda"),
        ("sda", "sda.example", "keystone-sda"),
        ("ΑΠΕ-ΜΠΕ", "", "ape-mpe"),
        ("somewhere", "ana-mpa.example", "ape-mpe"),
        ("", "cna.example", "cna-tw"),
        ("中央社", "", "cna-tw"),
        ("apnews.com", "apnews.com", "ap"),
        ("xinhuanet.com", "xinhuanet.com", "xinhua"),
        ("hafenblatt.example", "hafenblatt.example", ""),
        ("dpa-Beispiel", "beispiel.example", ""),
        ("", "", ""),
    ],
)
def test_an_agency_is_known_by_its_whole_name_or_its_site(source: str, site: str, agency: str) -> None:
    assert agency_of(source, site) == agency


def test_every_agency_is_known_by_its_slug_and_each_site_is_one_agencys() -> None:
    assert {slug for slug in AGENCIES if agency_of(slug, "") != slug} == set()
    sites = [site for agency in AGENCIES.values() for site in agency.sites]
    assert len(sites) == len(set(sites))
