"""How long a dead service waits for its next start."""

from migration_tracker.supervisor.program import Patience, Service
from migration_tracker.supervisor.supervise import Running

PATIENCE = Patience(first=1, most=5, calm=30)


def test_the_pause_doubles_up_to_its_bound():
    running = Running(Service("web", ()))
    assert [running.next_pause(PATIENCE, now=2.0) for _ in range(5)] == [1, 2, 4, 5, 5]


def test_a_service_that_ran_calmly_starts_again_with_the_first_pause():
    running = Running(Service("web", ()), since=100.0, pause=5)
    assert running.next_pause(PATIENCE, now=129.0) == 5
    assert running.next_pause(PATIENCE, now=130.0) == 1
