"""The article's text, agreed on by several witnesses.

The library's precise reading says which blocks of the page are the article. It goes by the names of boxes,
and so loses a lead that stands in a header or a teaser, a paragraph in a box, a subheading; and it keeps
lists of other pieces. What the page's own order, its description and its JSON-LD say of the blocks around
mends it:

- the lead: prose between the headline and the first paragraph, in the article's own box or told by the
  description of the page;
- prose between the first and the last paragraph, unless its box is a card, a form or a piece of its own;
- prose in boxes of the very shape of those that were read: some pages cut an article into pieces;
- subheadings right above a paragraph that is kept;
- not: what is but a link to another piece, and the heading of such links.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from services.ingest.pages.blocks import WHOLE, Box, TextBlock
from services.ingest.pages.wording import keyed, words_of

FITS = 0.8
"""Share of the reading that must be found among the blocks, else it stands as it is."""
LONGEST = 200_000
"""Characters of a reading that is looked into; a longer one stands as it is."""
LONG = 20
"""Characters of a key that is told from others by containing it."""
CORE = 0.9
"""Share of the reading's words that lie in the article's box."""
SENTENCE = 8
"""Words without figures of the shortest block that is added as prose …"""
LONGEST_DATE = 60
"""… or characters, where words are not told apart by spaces."""
SAME = 0.7
"""Share of words that a lead has in common with the description of the page …"""
DESCRIBES = 8
"""… which has at least this many words."""
SHORT_LINK = 30
"""Words up to which a block that is mostly a link points elsewhere, unless it is a sentence."""
INTRODUCTION = 6
"""Words of the longest line that may introduce links to other pieces; a heading may have twice as many."""
HALF, MOSTLY = 0.5, 0.6
_END = re.compile(r"[.!?…:;。！？।؟»”\"“)』」'’]$")  # noqa: RUF001


def mended(
    reading: str, blocks: Sequence[TextBlock], title: str, descriptions: Iterable[str], told: str
) -> str:
    """The reading with what it lost and without what is not the article's.

    `descriptions` are what the page's head says of the article; `told` is the text JSON-LD gives, if any.
    """
    if len(reading) > LONGEST:
        return reading
    votes = _voted(reading, blocks, title)
    share = sum(len(blocks[at].key) for at in votes) / max(1, len("".join(words_of(reading))))
    if not votes or share < FITS:
        return reading
    box, holding = _core(blocks, votes)
    kept = _best_places(reading, blocks, votes, box)
    core = sorted(at for at in kept if box in blocks[at].box.around())
    if not core:
        return reading
    first, last = core[0], core[-1]
    known = "\n".join(blocks[at].key for at in kept)
    fresh = [at for at, one in enumerate(blocks) if at not in kept and one.key not in known and not one.apart]
    fresh = [at for at in _first_of_each(fresh, blocks) if keyed(blocks[at].text) != keyed(title)]
    added = set(_lead([at for at in fresh if at < first], blocks, holding, list(descriptions)))
    added |= {at for at in fresh if first < at < last and _belongs(blocks[at], holding, boxed=False)}
    added |= set(_without_told(fresh, blocks, holding, told))
    added |= _continued([at for at in fresh if at > first], blocks, core)
    kept |= added
    last = max(kept)
    kept |= {at for at in fresh if first < at < last and _is_subheading(at, blocks, kept)}
    taken = {at for at in kept if _points_elsewhere(blocks[at])}
    as_read = {"".join(words_of(line)): line for line in reading.split("\n")}
    left = (blocks[at] for at in _with_text_below(kept - taken, blocks))
    return "\n".join(as_read.get(one.key, one.text) for one in left)


def _voted(reading: str, blocks: Sequence[TextBlock], title: str) -> set[int]:
    """Blocks that the reading holds, the headline aside."""
    headline = "".join(words_of(title))
    keys = {"".join(words_of(line)) for line in reading.split("\n")}
    whole = "\n".join(keys)
    return {
        at
        for at, one in enumerate(blocks)
        if (one.key in keys or (len(one.key) > LONG and one.key in whole))
        and not (one.box.tag == "h1" and headline and headline in one.key)
    }


def _core(blocks: Sequence[TextBlock], votes: set[int]) -> tuple[Box, dict[Box, int]]:
    """The smallest box that holds nearly all of the reading, and the words of it that each box holds."""
    holding: dict[Box, int] = {}
    for at in votes:
        for box in blocks[at].box.around():
            holding[box] = holding.get(box, 0) + blocks[at].words
    enough = CORE * sum(blocks[at].words for at in votes)
    start = max(votes, key=lambda at: (holding[blocks[at].box], -at))
    inside = (box for box in blocks[start].box.around() if holding[box] >= enough)
    return next(inside), holding


def _best_places(reading: str, blocks: Sequence[TextBlock], votes: set[int], core: Box) -> set[int]:
    """Of blocks with the same words as many as the reading has, those that lie best."""
    wanted = Counter("".join(words_of(line)) for line in reading.split("\n"))
    places: dict[str, list[int]] = {}
    for at in sorted(votes):
        places.setdefault(blocks[at].key, []).append(at)

    def worth(at: int) -> tuple[bool, bool, float, bool, int]:
        one = blocks[at]
        return core not in one.box.around(), one.apart, one.linked, one.box.tag != "p", at

    return {at for key, same in places.items() for at in sorted(same, key=worth)[: max(1, wanted[key])]}


def _first_of_each(places: list[int], blocks: Sequence[TextBlock]) -> list[int]:
    first: dict[str, int] = {}
    for at in places:
        first.setdefault(blocks[at].key, at)
    return list(first.values())


def _lead(
    above: list[int], blocks: Sequence[TextBlock], holding: dict[Box, int], descriptions: list[str]
) -> list[int]:
    """Prose between headline and text; a lead without a full stop is known by the page's description."""
    below = [at for at in above if blocks[at].below and not blocks[at].is_heading]
    prose = [at for at in below if _is_prose(blocks[at])]
    lead = [
        at
        for at in prose
        if _describes(blocks[at], descriptions) or _is_open(blocks[at], holding, boxed=True)
    ]
    return lead or [at for at in below if _describes(blocks[at], descriptions)][-1:]


def _describes(block: TextBlock, descriptions: Iterable[str]) -> bool:
    own = set(words_of(block.text))
    for said in (set(words_of(text)) for text in descriptions):
        smaller = min(len(own), len(said))
        if smaller >= DESCRIBES and len(own & said) >= SAME * smaller:
            return True
    return False


def _belongs(block: TextBlock, holding: dict[Box, int], *, boxed: bool) -> bool:
    return (block.box.tag != "div" or boxed) and _is_prose(block) and _is_open(block, holding, boxed=boxed)


def _without_told(
    fresh: list[int], blocks: Sequence[TextBlock], holding: dict[Box, int], told: str
) -> list[int]:
    text = "".join(words_of(told))
    return [
        at
        for at in fresh
        if len(blocks[at].key) > LONG and blocks[at].key in text and _belongs(blocks[at], holding, boxed=True)
    ]


def prose_in(blocks: Iterable[TextBlock]) -> int:
    """Characters of what may be running text, whose ever."""
    return sum(len(one.text) for one in blocks if not one.apart and _is_prose(one))


def _is_prose(block: TextBlock) -> bool:
    return (
        not block.is_heading
        and block.linked < HALF
        and (_count(block) >= SENTENCE or len(block.key) >= LONGEST_DATE)
        and bool(_END.search(block.text))
    )


def _count(block: TextBlock) -> int:
    """Words without figures: a line of dates and times has none."""
    return sum(1 for word in words_of(block.text) if not word.isdigit())


def _is_open(block: TextBlock, holding: dict[Box, int], *, boxed: bool) -> bool:
    """Whether the boxes that set a block off from the reading are no card, no form, no piece of their own."""
    for box in block.box.around():
        if box in holding:
            return True
        if box.links or box.controls or box.images or (box.headings and not boxed):
            return False
    return False


def _continued(fresh: list[int], blocks: Sequence[TextBlock], core: Sequence[int]) -> set[int]:
    """Prose in boxes that are named and nested as those of the reading are: an article cut into pieces."""
    shapes: dict[Box, set[tuple[str, ...]]] = {}
    for at in core:
        names: list[str] = []
        for box in blocks[at].box.around():
            shapes.setdefault(box, set()).add(tuple(names))
            names.append(box.name)
    return {at for at in fresh if _is_prose(blocks[at]) and _has_shape(blocks[at].box, shapes)}


def _has_shape(inner: Box, shapes: dict[Box, set[tuple[str, ...]]]) -> bool:
    names: list[str] = []
    piece = inner
    for box in inner.around():
        if box in shapes:
            return tuple(names) in shapes[box] and piece.linked <= (1 - WHOLE) * piece.words
        if box.tag == "article":
            return False
        names.append(box.name)
        piece = box
    return False


def _is_subheading(at: int, blocks: Sequence[TextBlock], kept: set[int]) -> bool:
    one = blocks[at]
    if not one.is_heading or one.box.tag == "h1" or one.linked > 1 - WHOLE:
        return False
    below = next((blocks[n] for n in range(at + 1, min(at + 3, len(blocks))) if n in kept), None)
    return below is not None and below.box.parent is one.box.parent


def _points_elsewhere(block: TextBlock) -> bool:
    short = block.linked >= MOSTLY and block.words <= SHORT_LINK
    return block.box.in_link or (short and not _is_sentence(block))


def _is_sentence(block: TextBlock) -> bool:
    return block.text.endswith((".", "。", "।")) and (
        block.words >= SENTENCE or len(block.key) >= LONGEST_DATE
    )


def _with_text_below(kept: set[int], blocks: Sequence[TextBlock]) -> list[int]:
    """Without headings at the end, and without what introduces links to other pieces."""
    left: list[int] = []
    for at in sorted(kept, reverse=True):
        one = blocks[at]
        follows = blocks[at + 1] if at + 1 < len(blocks) else None
        introduces = follows is not None and at + 1 not in kept and _points_elsewhere(follows)
        short = one.words <= (2 * INTRODUCTION if one.is_heading else INTRODUCTION)
        if not ((one.is_heading and not left) or (short and introduces and not _is_sentence(one))):
            left.append(at)
    return left[::-1]
