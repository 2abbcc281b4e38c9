"""What is dear and shared is made once: several processes keep tests that belong together in one of them."""

import pytest


def test_one_of_several_processes_knows_the_group_of_its_tests(request: pytest.FixtureRequest) -> None:
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("tests are not shared out by their groups: --dist loadgroup does")
    (group,) = request.node.iter_markers("xdist_group")
    assert request.node.nodeid.endswith(f"@{group.args[0]}"), "pytest-xdist keeps no groups together"
