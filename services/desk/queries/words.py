"""What the pages' words mean, and the keys. Pure."""

from services.desk.views.help import HelpPage, KeyRow, WordRow

_KEYS = (
    ("j, k", "next, previous row"),
    ("o or Enter", "open the row"),
    ("c", "compare with the text it was taken from"),
    ("n, N", "next, previous shared passage"),
    ("x", "swap the two texts"),
    ("/", "search"),
    ("g and s o f d a h", "to stories, outlets, feeds, dead letters, counters, help"),
    ("[, ]", "previous, next page, pair, record or step"),
    ("r", "show what changed"),
    ("p", "hold the page still, or let it go on"),
    ("?", "this help"),
)
_WORDS = (
    ("story", "the family of one text: an original, its copies, rewrites and updates"),
    ("outlets", "publishers that run the story; each counts once"),
    ("texts", "texts that stand on their own words: neither copies nor an outlet's further states"),
    ("copies", "articles that run one of those texts whole, or nearly"),
    ("original", "the text that all others of the story were taken from, as far as can be known"),
    ("rewrite", "a text that took part of its words from another"),
    ("update", "a later state of a text, by the outlet that had it first"),
    (
        "first seen",
        "when the article was first found. It decides the order; the publisher's date is evidence only",
    ),
    ("proved, likely, undecided", "how sure it is who took from whom; undecided claims no direction"),
    ("event", "stories of any wording about one happening"),
    ("storyline", "events that follow from each other"),
    ("shared", "share of an article's runs of five words that are found in the other"),
    ("dated", "the publisher's own date, where it differs from the first sight by more than an hour"),
    ("screened", "put into no story: empty, a stub, a consent wall, a ticker, or too old"),
    ("watermark", "a promise that nothing first seen before it is still to come"),
    ("dead letter", "input that could not be used, kept as it came"),
)


def help_page() -> HelpPage:
    return HelpPage(
        keys=tuple(KeyRow(keys=keys, does=does) for keys, does in _KEYS),
        words=tuple(WordRow(word=word, means=means) for word, means in _WORDS),
    )
