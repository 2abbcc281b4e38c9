"""Every tunable of folding in one place, with its range. `docs/folding.md` says what each trades."""

from typing import Annotated

import msgspec
from msgspec import Meta

from services.contracts.sketches import Scheme

Share = Annotated[float, Meta(ge=0.0, le=1.0)]
Count = Annotated[int, Meta(ge=1, le=10_000)]


class DedupSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `[dedup]` section. Defaults are the measured ones."""

    # Sketch scheme: changing any of these is a new scheme and needs a new state.
    permutations: Annotated[int, Meta(ge=32, le=512)] = 128
    seed: Annotated[int, Meta(ge=1, le=2**31)] = 1
    band_rows: Annotated[int, Meta(ge=1, le=8)] = 3
    sample_window: Annotated[int, Meta(ge=1, le=32)] = 8
    """One shingle in each run of so many becomes a posting (winnowing)."""

    # Windows, in days of first-seen time.
    window_days: Annotated[int, Meta(ge=1, le=365)] = 30
    """How far back relations look."""
    story_days: Annotated[float, Meta(gt=0, le=30)] = 3.0
    """How far a story reaches from its first article."""
    far_days: Annotated[float, Meta(ge=1, le=365)] = 7.0
    """Beyond this distance text that was seen in between proves nothing."""
    far_unseen: Share = 0.3
    """Share of the novel shared shingles that must not have been seen in between."""

    # Novelty.
    novelty_days: Annotated[int, Meta(ge=1, le=60)] = 30
    """How far back days count; never further than `window_days`, which is as far as a shard remembers."""
    novelty_least: Annotated[int, Meta(ge=2, le=3)] = 3
    """A shingle seen on so many earlier days is no evidence. A kept version knows counts up to 3."""
    novelty_bits: Annotated[int, Meta(ge=16, le=28)] = 28
    """Memory of the novelty table: 2**bits bytes at most; it takes what the traffic asks for."""

    # Candidates.
    least_bands: Count = 1
    least_samples: Count = 1
    fair_estimate: Share = 0.1
    """Estimated containment from which a candidate is always verified."""
    most_candidates: Count = 64
    """Of those, verified per article at most, the strongest first."""
    most_passage_candidates: Count = 4
    """Below that estimate only so many are verified, for passages: background relations."""
    listed_copies: Count = 32
    """A text shared with more articles than this is told by its source, the strongest few and a count."""

    # Evidence.
    least_fresh: Count = 15
    """Novel 5-word shingles that must be shared before anything is called re-use."""
    reuse_fresh: Share = 0.2
    """Share of the smaller side's novel shingles that must be shared."""
    reuse_jaccard: Share = 0.1
    reuse_containment: Share = 0.3
    """Re-use needs one of the two over all shingles."""
    syndicated_jaccard: Share = 0.54
    syndicated_body: Share = 0.55
    """Two texts that have this much of their bodies in common are one report, whatever each adds."""
    cut_containment: Share = 0.7
    """A newer text with this much of its novel shingles in the older one is a cut copy."""
    copy_containment: Share = 0.7
    """Two texts of which the poorer has this much in the other are one report, cut or extended."""
    duplicate_jaccard: Share = 0.9
    update_containment: Share = 0.4
    background_fresh: Count = 12
    background_run: Count = 8
    """Words in the longest passage of a background relation."""

    # Templates: same frame, other figures.
    template_agreement: Share = 0.65
    """Figures the two have in common (Jaccard), same publisher: below is a template."""
    template_agreement_across: Share = 0.45
    template_contained: Share = 0.85
    """Share of the poorer side's figures found in the other: at or above is no template."""
    template_hours: Annotated[float, Meta(ge=0, le=168)] = 12.0
    template_least_figures: Count = 4
    """Figures the poorer side must have; two are enough under equal titles."""
    form_words: Count = 120
    """Shorter texts of one publisher that differ in their opening words are one form filled twice."""

    # Stories.
    story_link: Share = 0.12
    """Every two members of a story overlap at least this much (Jaccard or containment)."""
    story_fresh: Count = 20
    """Novel shared shingles that let an article into a story; fewer only if nearly all are shared."""
    story_whole: Share = 0.9
    """What counts as nearly all."""
    story_same: Share = 0.6
    """Copies in two outlets that share this much (Jaccard) are one text, however often it came back."""
    story_source_slack: Share = 0.05
    """Among sources that match a copy this nearly alike, the earliest is the one it took from."""
    story_jaccard: Share = 0.03
    """A text that is lost in a far longer one does not join its story."""

    # Screens.
    stub_words: Count = 400
    stub_share: Share = 0.4
    """Share of words in sentences that sell subscriptions."""
    ticker_entries: Count = 8

    # Bounds.
    buffer_limit: Annotated[int, Meta(ge=1, le=1_000_000)] = 50_000
    """Articles held ahead of the watermark; beyond it the oldest are taken at once, flagged late."""


def scheme(settings: DedupSettings) -> Scheme:
    return Scheme(seed=settings.seed, permutations=settings.permutations)
