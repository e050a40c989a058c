"""The contract, each test under its number, on every transport it applies to.

The tests are in tests/transport/contract, by concept. Here is one class for each transport, which overrides
nothing but the broker. Where a number does not apply, its skip says why; those that need no broker are in
test_watermark, test_checkpoints and test_config.
"""

import pytest

from tests.transport.contract.concurrency import ConcurrencyTests
from tests.transport.contract.configuration import ConfigurationTests
from tests.transport.contract.delivery import DeliveryTests
from tests.transport.contract.failure import FailureTests
from tests.transport.contract.health import HealthTests
from tests.transport.contract.lifecycle import LifecycleTests
from tests.transport.contract.membership import MembershipTests
from tests.transport.contract.producer import ProducerTests


class ContractTests(
    DeliveryTests,
    ConcurrencyTests,
    FailureTests,
    MembershipTests,
    LifecycleTests,
    HealthTests,
    ProducerTests,
    ConfigurationTests,
):
    """What every transport keeps."""


class TestMemory(ContractTests):
    @pytest.fixture
    def bench(self, memory_bench):
        return memory_bench


@pytest.mark.broker
class TestKafka(ContractTests):
    @pytest.fixture
    def bench(self, kafka_bench):
        return kafka_bench


@pytest.mark.broker
class TestRealKafka(ContractTests):
    @pytest.fixture
    def bench(self, real_kafka_bench):
        return real_kafka_bench


@pytest.mark.broker
class TestEventHubs(ContractTests):
    @pytest.fixture
    def bench(self, eventhub_bench):
        return eventhub_bench


@pytest.mark.broker
class TestEventHubsOnBlobs(MembershipTests):
    """What depends on the checkpoint store, with one in a blob container."""

    test_commits = DeliveryTests.test_a_message_is_committed_only_after_its_handler_returned
    test_failures = DeliveryTests.test_a_later_success_never_passes_a_failure
    test_kills = DeliveryTests.test_a_killed_process_loses_no_message
    test_stops = LifecycleTests.test_a_stop_in_the_middle_loses_nothing_and_commits_exactly
    test_what_is_beyond = ConcurrencyTests.test_what_finished_beyond_a_slow_message_is_not_repeated
    test_lag = HealthTests.test_lag_tells_how_far_a_group_is

    @pytest.fixture
    def bench(self, blob_bench):
        return blob_bench
