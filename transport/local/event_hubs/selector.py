"""Where a receiver begins: the selector filter of its link, e.g. `amqp.annotation.x-opt-offset > '123'`."""

import re

from transport.local.event_hubs.partition import Partition
from transport.local.event_hubs.refusals import BadRequestError, OutOfRangeError

FILTER = "apache.org:selector-filter:string"

_SELECTOR = re.compile(r"\s*amqp\.annotation\.(x-opt-[a-z-]+)\s*(>=|>)\s*'?(@latest|-?\d+)'?\s*")


def first_position(selector: str | None, partition: Partition) -> int:
    """Return the sequence number to begin at.

    Args:
        selector: the filter's text; None means from the oldest event on.
        partition: where it is looked up.

    Errors:
        BadRequestError: the text is no such filter.
        OutOfRangeError: the position lies beyond the end of the partition.
    """
    if selector is None:
        return 0
    match = _SELECTOR.fullmatch(selector)
    if match is None:
        raise BadRequestError(f"the filter {selector!r} is none that Event Hubs knows")
    name, operator, text = match.groups()
    if text == "@latest":
        return partition.end
    value, inclusive = int(text), operator == ">="
    match name:
        case "x-opt-sequence-number":
            position = value if inclusive else value + 1
            within = position <= partition.end
        case "x-opt-offset":
            position = partition.after_offset(value, inclusive=inclusive)
            within = value <= partition.extent.last_offset or value <= 0
        case "x-opt-enqueued-time":
            position, within = partition.after_time(value, inclusive=inclusive), True
        case _:
            raise BadRequestError(
                f"the filter {selector!r} names an annotation that Event Hubs does not know"
            )
    if not within:
        extent = partition.extent
        raise OutOfRangeError(
            f"{selector!r} lies beyond the partition's end (last sequence number "
            f"{extent.last_sequence_number}, last offset {extent.last_offset}): another broker's checkpoint?"
        )
    return max(0, position)
