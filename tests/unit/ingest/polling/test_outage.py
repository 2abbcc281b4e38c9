from services.ingest.polling.outage import HOSTS, Reach


def after(*heard: tuple[str, str]) -> Reach:
    reach = Reach()
    for host, outcome in heard:
        reach = reach.heard(host, outcome)
    return reach


def test_several_hosts_in_a_row_without_an_answer_are_our_own_outage() -> None:
    silent = [(f"{number}.example", "dns") for number in range(HOSTS)]
    assert not after(*silent[:-1]).is_lost
    assert after(*silent).is_lost


def test_one_host_that_is_silent_again_and_again_is_its_own_affair() -> None:
    assert not after(*[("a.example", "timeout")] * 50).is_lost


def test_any_answer_ends_it_also_a_bad_one() -> None:
    silent = [(f"{number}.example", "connect") for number in range(2 * HOSTS)]
    assert after(*silent).is_lost
    assert not after(*silent, ("a.example", "http_5xx")).is_lost


def test_answers_in_between_keep_it_from_being_taken_for_one() -> None:
    mixed = [(f"{number}.example", "ok" if number % HOSTS == 0 else "dns") for number in range(20)]
    assert not any(after(*mixed[:count]).is_lost for count in range(20))
