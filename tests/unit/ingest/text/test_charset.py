"""Bytes to characters: labels, and what the bytes say to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.text.charset import text_of


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("Brücke".encode(), ""),
        ("Brücke".encode(), "text/html; charset=iso-8859-1"),
        ("Brücke".encode("cp1252"), "text/html; charset=iso-8859-1"),
        ("Brücke".encode("utf-16"), "text/html"),
        ("\ufeffBrücke".encode(), "text/html; charset=utf-16"),
    ],
)
def test_text_is_read_by_its_bytes_first(body: bytes, content_type: str) -> None:
    assert text_of(body, content_type) == "Brücke"


def test_a_few_bad_bytes_in_declared_utf_8_cost_only_themselves() -> None:
    body = ("Brücke über die Ilse " * 20).encode() + b"\xff" + "für alle".encode()
    assert text_of(body, "text/xml; charset=utf-8") == "Brücke über die Ilse " * 20 + "\ufffd" + "für alle"


def test_a_declaration_in_the_document_counts() -> None:
    assert text_of("<?xml version='1.0' encoding='windows-1251'?>Мост".encode("cp1251"), "").endswith("Мост")


@given(st.binary(max_size=200), st.text(max_size=40))
def test_no_bytes_and_no_header_make_it_raise(body: bytes, content_type: str) -> None:
    text_of(body, content_type)


RSS = "<?xml version='1.0'?><rss><title>Brücke über die Ilse</title></rss>"


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be", "utf-16", "utf-32", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("label", ["", "text/xml; charset=utf-16", "text/xml; charset=utf-8"])
def test_wide_characters_are_known_by_their_zeros(charset: str, label: str) -> None:
    assert text_of(RSS.encode(charset), label) == RSS


@pytest.mark.parametrize("label", ["utf-16", "UTF-16LE", "utf-16be", "utf-32"])
@pytest.mark.parametrize("charset", ["ascii", "utf-8", "cp1252"])
def test_a_wide_label_over_narrow_bytes_is_not_believed(label: str, charset: str) -> None:
    text = "<p>Bridge" if charset == "ascii" else "<p>Brücke"
    assert text_of(text.encode(charset), f"text/html; charset={label}") == text
    declared = f"<?xml version='1.0' encoding='{label}'?>{text}"
    assert text_of(declared.encode(charset), "") == declared
    meta = f"<html><meta charset={label}>{text}"
    assert text_of(meta.encode(charset), "") == meta


def test_of_two_labels_the_one_counts_that_the_bytes_do_not_contradict() -> None:
    text = "<?xml version='1.0' encoding='koi8-r'?><p>Мост закрыт"
    assert text_of(text.encode("koi8-r"), "text/xml; charset=utf-8") == text
    assert text_of(text.encode("koi8-r"), "text/xml; charset=utf-16") == text


@pytest.mark.parametrize(
    ("label", "charset", "text"),
    [
        ("gb2312", "gbk", "海鸥築巢"),
        ("x-gbk", "gbk", "海鸥筑巢"),
        ("iso-8859-1", "cp1252", "„Brücke“ – 5 €"),
        ("us-ascii", "cp1252", "„Brücke“"),
        ("shift_jis", "cp932", "橋①"),
        ("ks_c_5601-1987", "cp949", "다리똠"),
        ("iso-8859-9", "cp1254", "köprü ğ"),
        ("koi8", "koi8-r", "Мост"),
        ("x-cp1251", "cp1251", "Мост"),
        ("tis-620", "cp874", "สะพาน"),
    ],
)
def test_labels_mean_what_the_encoding_standard_says(label: str, charset: str, text: str) -> None:
    assert text_of(text.encode(charset), f"text/html; charset={label}") == text


@pytest.mark.parametrize(
    "label", ["hex", "rot13", "utf-7", "unicode_escape", "idna", "punycode", "undefined"]
)
def test_a_codec_of_python_is_no_charset(label: str) -> None:
    assert text_of("Brücke +AGE-".encode(), f"text/html; charset={label}") == "Brücke +AGE-"


def test_surrogates_in_utf_8_are_joined_and_cost_their_own_character_at_most() -> None:
    pair, half = b"\xed\xa0\xbd\xed\xb8\x80", b"\xed\xa0\xbd"
    body = "Fähre ".encode() + pair + b" and " + half + " Brücke".encode()
    for label in ("", "text/xml; charset=utf-8"):
        assert text_of(body, label) == "Fähre 😀 and \ufffd Brücke"


def test_markup_in_ascii_is_not_ebcdic_whatever_its_label_says() -> None:
    assert (
        text_of(b"<rss><title>bridge</title></rss>", "text/xml; charset=cp037")
        == "<rss><title>bridge</title></rss>"
    )


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("Am 5. Mai fährt die Fähre eine Stunde später ab, weil Kapitän Ole Düvel übt.", "cp1252"),
        ("Le ferry partira une heure plus tard, a déclaré la mairie où l’été s’achève.", "cp1252"),
        ("Piątego maja prom odpłynie godzinę później, bo kapitan Łukasz Żak będzie ćwiczył.", "iso8859-2"),
        ("Beş Mayıs'ta feribot bir saat geç kalkacak, çünkü kaptan Işık Özgür eğitim görecek.", "cp1254"),
        ("Пятого мая паром отправится на час позже, потому что капитан проводит учения.", "koi8-r"),
        ("五月五日、フェリーは一時間遅れて出発する。船長が訓練を行うためだ。", "euc-jp"),
    ],
)
@pytest.mark.parametrize("times", [1, 9])
def test_a_sentence_under_a_wrong_utf_8_label_is_read_by_its_letters(
    text: str, charset: str, times: int
) -> None:
    written = f"<p>{text}</p>" * times
    assert text_of(written.encode(charset), "text/html; charset=utf-8") == written
