"""The only door to YAML and JSON files: encodings sniffed, sizes bounded, wrong files named for what they are."""

from spendgate.documents.encoding import decode_text, read_bytes
from spendgate.documents.handwritten import Document, read_json_text, read_yaml, read_yaml_text

__all__ = ["Document", "decode_text", "read_bytes", "read_json_text", "read_yaml", "read_yaml_text"]
