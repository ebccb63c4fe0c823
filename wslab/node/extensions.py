"""What stands in Sec-WebSocket-Extensions, in npm `websocket`'s form (RFC 6455 section 9.1)."""

from __future__ import annotations

from collections.abc import Iterable

from wslab.node.records import Record
from wslab.protocol.http_fields import ExtensionOffer, format_extensions


def as_records(offers: Iterable[ExtensionOffer]) -> list[Record]:
    """[{name, params: [{name, value}]}], as `request.requestedExtensions` has it."""
    return [
        Record(
            name=offer.name,
            params=[Record(name=name, value=value) for name, value in offer.params],
        )
        for offer in offers
    ]


def header_value(records: Iterable[Record]) -> str:
    """The way back: these extensions as they stand in the header, "" for none."""
    return format_extensions(
        ExtensionOffer(record.name, tuple((p.name, p.value) for p in record.params))
        for record in records
    )
