"""Ledger entries and assets: any octets are read or refused; what is read is written octet for octet."""

from frankmark.foundation.canonical import load
from frankmark.foundation.errors import Malformed
from frankmark.protocols.securestamp.assets import AssetType, asset_json, parse_asset
from frankmark.protocols.securestamp.ledger import entry_bytes, parse_entry, tx_hash


def one_input(data: bytes) -> None:
    try:
        entry = parse_entry(data)
    except Malformed:
        pass
    else:
        if entry_bytes(entry) != data:
            raise AssertionError("an entry has one spelling")
        tx_hash(entry)
    try:
        value = load(data)
    except Malformed:
        return
    for kind in AssetType:
        try:
            asset = parse_asset(kind, value)
        except Malformed:
            continue
        if asset_json(asset) != value:
            raise AssertionError("an asset has one form")
