"""Every number an alert or an objective stands on, once, with the reason for it."""

AGE_BOUND_S = 120.0
"""A live article's story is to be published this soon after the article was first seen. A bucket edge."""
AGE_GOAL = 0.99
"""Share of live articles that must make it."""
AGE_FLOOR = 100
"""Articles an hour below which one late article would be a burn rate: nobody is paged then."""
FRESH_GOAL = 0.95
"""Share of the feeds in our hands that were polled in time."""
FRESH_LEAST = 0.90
"""Below it somebody is told; between here and the goal the budget shrinks."""
BUDGET_DAYS = 28
"""Four whole weeks: every weekday counts as often as every other."""

ABSENT = "5m"
"""How long nobody may work for a service; a restart with a short restore is over by then."""
DESK_WAIT = "30m"
"""A month of news is read anew in about a quarter of an hour."""
STUCK_S = 300
"""Nothing committed for so long though there is something to take."""
LAG_S = 120
"""The oldest record not taken is this old: alone it breaks the promise of `AGE_BOUND_S`."""
RETENTION_SHARE = 0.5
"""Half of what the log keeps is behind us: as much time is left to mend as was lost."""
CANARY_S = 900
"""The synthetic article is sent every few minutes; three in a row are missing then."""
DECIDED_FLOOR = 50
"""Articles decided in half an hour without one published change of a story."""
DEAD_SHARE = 0.01
"""Of what is taken. Single bad inputs are daily life, one in a hundred is a bad release."""
UNCOMMITTED_SHARE = 0.05
"""Of the transactions; each costs its work twice."""
FENCED_TIMES = 3
"""In half an hour. One takeover is a restart, four are two owners."""
WATERMARK_S = 600
"""dedup waits for the slowest partition of ingest; ticks come every few seconds."""
QUEUE_SHARE = 0.9
IDLE_SHARE = 0.05
"""A lane that waits less than this for input has no room for the next peak."""
LOOP_LAG_S = 0.25
"""Half of the run loop's answers to probes would be late."""
STATE_SHARE = 0.85
RESTORE_S = 600
"""A snapshot restores in seconds, a whole changelog in minutes."""
NOVELTY_SHARE = 0.25
"""One shingle in four tells worn phrases nearly as well as all do (docs/folding.md); fewer were not tried."""
STORY_ARTICLES = 500
"""No text is run by so many; a template that slipped the screens is."""
RESTARTS = 4
"""In an hour."""
FAILED_SHARE = 0.3
"""Of the fetches, for reasons on our side of the wire: no hundred publishers fail at once."""
BROKEN_SHARE = 0.1
LOSING_SHARE = 0.05
"""Of the feeds. One outlet behind a wall is its own affair, one in twenty is ours: an address, a parser."""
DISK_SHARE = 0.25
DISK_HOURS = 24
SAMPLES = 5000
"""A process has at most 1,500 series; beyond this a label escaped its list."""
DEAD_FLOOR = 10
"""Dead letters in ten minutes below which a share of them says nothing."""
FAILED_FLOOR = 20
"""Fetches in ten minutes below which a share of them says nothing."""
