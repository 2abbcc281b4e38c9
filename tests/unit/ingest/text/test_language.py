import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.text.language import code, settle
from services.ingest.text.scripts import CJK, SCRIPTS, script_of

GERMAN = "Der Rat von Neuenhafen hat am Montag den Bau einer zweiten Brücke über die Ilse beschlossen. " * 3
ENGLISH = "The council of Porthaven decided on Monday to build a second bridge across the river. " * 3


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("de-AT", "de"),
        ("EN_us", "en"),
        ("deu", "de"),
        ("x-klingon", ""),
        ("", ""),
        ("german", ""),
        ("de, en", "de"),
    ],
)
def test_a_declared_language_becomes_two_letters_or_nothing(declared: str, expected: str) -> None:
    assert code(declared) == expected


def test_a_long_text_overrules_a_wrong_declaration() -> None:
    assert settle("en-US", "Brücke", GERMAN) == "de"


def test_a_short_text_does_not_overrule_its_declaration() -> None:
    assert settle("de", "Breaking News", "Live.") == "de"


def test_without_a_declaration_the_text_decides() -> None:
    assert settle("", "Bridge", ENGLISH) == "en"


def test_what_nothing_is_known_of_is_und() -> None:
    assert settle("", "4:2", "") == "und"


GULLS = {
    "ja": "カモメが巣を作ったため、橋は当分の間通行止めとなった。町長が月曜日に発表した。",
    "zh": "由于海鸥筑巢，大桥从周一起禁止行人通行，镇长表示歉意。",
    "ko": "갈매기가 둥지를 틀어 다리의 통행이 금지된다고 읍장이 밝혔다.",
    "ru": "Мост закрыт для пешеходов, потому что чайки свили гнёзда на опорах, сообщила глава посёлка.",
    "uk": "Міст закрито для пішоходів, бо чайки звили гнізда на опорах, повідомила голова селища.",
    "bg": "Мостът е затворен за пешеходци, защото чайките са свили гнезда върху опорите му.",
    "sr": "Мост је затворен за пешаке јер су галебови свили гнезда на његовим стубовима, каже начелница.",
    "ar": "أغلق الجسر أمام المشاة لأن النوارس بنت أعشاشها على دعائمه، كما قال رئيس البلدية.",
    "fa": "پل به روی عابران پیاده بسته شد، زیرا مرغان دریایی روی پایه‌های آن لانه ساخته‌اند.",
    "ur": "پل پیدل چلنے والوں کے لیے بند کر دیا گیا کیونکہ بگلوں نے اس کے ستونوں پر گھونسلے بنا لیے ہیں۔",
    "he": "הגשר נסגר להולכי רגל מפני ששחפים בנו קנים על עמודיו, אמרה ראשת המועצה.",
    "el": "Η γέφυρα έκλεισε για τους πεζούς επειδή γλάροι έχτισαν φωλιές στα βάθρα της.",
    "th": "สะพานปิดสำหรับคนเดินเท้าเพราะนกนางนวลทำรังบนเสา",
    "hi": "पुल पैदल यात्रियों के लिए बंद कर दिया गया है क्योंकि गल पक्षियों ने घोंसले बना लिए हैं।",
}


@pytest.mark.parametrize("declared", ["en", "de-DE", "", "pt_BR", "german"])
@pytest.mark.parametrize("language", GULLS)
@pytest.mark.parametrize("times", [1, 8])
def test_the_script_decides_before_the_label_does(declared: str, language: str, times: int) -> None:
    assert settle(declared, "", GULLS[language] * times) == language


@pytest.mark.parametrize(
    ("declared", "title", "expected"),
    [
        ("ja", "首相辞任表明", "ja"),
        ("zh-TW", "首相辭任", "zh"),
        ("en", "首相辞任表明", "zh"),
        ("en", "橋の通行止め", "ja"),
        ("en", "속보", "ko"),
        ("en", "Новости дня", "ru"),
        ("bg", "Новини", "bg"),
        ("mr", "पूल बंद", "mr"),
        ("yi", "די בריק", "yi"),
        ("ja", "Appleが新型iPhoneを発表", "ja"),
        ("de", "Präsident Li (李明) in Neuenhafen", "de"),
        ("ru", "Bridge", "ru"),
    ],
)
def test_a_headline_alone_has_a_script_too(declared: str, title: str, expected: str) -> None:
    assert settle(declared, title, "") == expected


@pytest.mark.parametrize("language", ["uk", "bg", "sr"])
def test_a_label_of_another_language_in_the_same_script_gives_way_to_its_letters(language: str) -> None:
    assert settle("ru", "", GULLS[language]) in {language, "ru"}
    assert settle("ru", "", GULLS["uk"]) == "uk"


def test_a_few_foreign_words_change_nothing() -> None:
    assert settle("en", "", ENGLISH + "The inn is called 海鸥之家, which means house of gulls.") == "en"
    assert settle("ja", "", GULLS["ja"] + "The Seagull Inn Company") == "ja"


def test_latin_letters_under_a_label_of_another_script_are_looked_at() -> None:
    assert settle("ru", "Bridge", ENGLISH) == "en"
    assert settle("ja", "Brücke", GERMAN) == "de"


def test_sentences_in_han_alone_are_chinese_whatever_their_label_says() -> None:
    text = "市政府周一宣布，因海鸥在桥墩筑巢，河上的大桥对行人关闭两周，居民可以乘坐渡船。"
    assert [settle(label, "大桥关闭", text) for label in ("ja", "ko", "en")] == ["zh", "zh", "zh"]
    assert settle("ja", "", "新橋建設計画承認") == "ja"


LETTERS = st.text(alphabet="abßČжЂҚقپאλբგक漢々字かナㇰ한ጀไកམ 0,–😀", max_size=40)


@given(st.one_of(LETTERS, st.text()))
def test_the_script_of_a_text_has_most_of_its_letters_by_their_weight(text: str) -> None:
    weights = {name: len(one.letters.findall(text)) * one.weight for name, one in SCRIPTS.items()}
    weights["cjk"] = sum(weights.pop(name) for name in CJK)
    best = max(weights.values())
    assert script_of(text) in ([name for name, weight in weights.items() if weight == best] if best else [""])
