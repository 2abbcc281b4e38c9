from services.ops.health import Health


class Watch:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_process_is_not_ready_until_every_part_is() -> None:
    health = Health({"bus": "not connected", "dedup": "not started"}, stall_s=30)
    health.mark_ready("bus")
    health.mark_missing("dedup", "restoring partition 2")
    ready, told = health.readiness()
    assert not ready
    assert told["missing"] == {"dedup": "restoring partition 2"}
    health.mark_ready("dedup")
    assert health.readiness() == (True, {"ready": True, "missing": {}})


def test_a_loop_that_stops_turning_makes_the_process_dead() -> None:
    watch = Watch()
    health = Health({}, stall_s=30, monotonic=watch)
    health.note_turn("dedup")
    watch.now = 30.0
    assert health.liveness()[0]
    watch.now = 31.0
    alive, told = health.liveness()
    assert not alive
    assert told["stalled"] == ["dedup"]


def test_a_loop_that_ended_on_purpose_owes_nothing() -> None:
    watch = Watch()
    health = Health({}, stall_s=30, monotonic=watch)
    health.note_turn("ingest")
    health.forget("ingest")
    watch.now = 1000.0
    assert health.liveness()[0]


def test_missing_parts_do_not_make_a_process_dead() -> None:
    health = Health({"bus": "lost"}, stall_s=30)
    assert health.liveness()[0]
