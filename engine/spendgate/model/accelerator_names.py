"""The one table of accelerator names: whatever a provider, a label or a policy calls a card, in one family name.

Family names are those that policies use: `T4`, `L4`, `L40S`, `A10G`, `V100`, `A100-40GB`, `A100-80GB`, `H100`, `H200`,
`B200`, `MI300X`, `Trainium2`, `Inferentia2`, `TPU-v5p` ... Memory belongs to the family for the A100 alone.
"""

from __future__ import annotations

import re
from functools import lru_cache

_NOISE = re.compile(r"^(nvidia|amd|aws|google|intel|habana|tesla|instinct|geforce|radeon pro|cloud)[ ]+")

# Ordered: the first pattern that matches the whole cleaned name wins. Cleaned: lower case, words parted by one blank.
_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"(tpu )?(v2|v3|v4|v5p|v5e|v6e|v7|7x)( (pod|podslice|lite|slice|device))*( \d+)?", r"TPU-\2"),
    (r"(tpu )?v5 ?lite ?(pod ?)?(slice|device)?( \d+)?|ct5lp?", "TPU-v5e"),
    (r"ct4p", "TPU-v4"),
    (r"ct5p", "TPU-v5p"),
    (r"ct6e", "TPU-v6e"),
    (r"tpu7x?|ironwood", "TPU-v7"),
    (r"a100 (sxm4? |pcie )?80 ?gb?( pcie)?|a100 pcie 80gb|a100 80", "A100-80GB"),
    (r"a100 (sxm4? |pcie )?40 ?gb?( pcie)?|a100 40|tesla a100", "A100-40GB"),
    (r"gb200.*", "GB200"),
    (r"gb300.*", "GB300"),
    (r"gh200.*", "GH200"),
    (r"b200.*", "B200"),
    (r"b300.*", "B300"),
    (r"h100( .*)?", "H100"),
    (r"h200( .*)?", "H200"),
    (r"h800( .*)?", "H800"),
    (r"h20( .*)?", "H20"),
    (r"v100s?( .*)?", "V100"),
    (r"p100( .*)?", "P100"),
    (r"p40?", r"\g<0>"),
    (r"k80", "K80"),
    (r"m60", "M60"),
    (r"t4g( .*)?", "T4G"),
    (r"t4( .*)?", "T4"),
    (r"l4( .*)?", "L4"),
    (r"l40s( .*)?", "L40S"),
    (r"l40( .*)?", "L40"),
    (r"a10g( .*)?", "A10G"),
    (r"a10( .*)?", "A10"),
    (r"(a2|a16|a30|a40|l20)( .*)?", r"\1"),
    (r"rtx pro 6000.*", "RTX-PRO-6000"),
    (r"rtx pro 4500.*", "RTX-PRO-4500"),
    (r"mi(25|100|210|250|250x|300x|325x|350x|355x)( .*)?", r"MI\1"),
    (r"(trainium|trn) ?2u?|neuron trn2", "Trainium2"),
    (r"(trainium|trn) ?3", "Trainium3"),
    (r"(trainium|trn) ?1?n?", "Trainium"),
    (r"(inferentia|inf) ?2", "Inferentia2"),
    (r"(inferentia|inf) ?1?", "Inferentia"),
    (r"gaudi ?3.*", "Gaudi3"),
    (r"gaudi ?2.*", "Gaudi2"),
    (r"gaudi( hl 205)?", "Gaudi"),
    (r"v520|radeon pro v520", "Radeon-Pro-V520"),
    (r"v710|radeon pro v710", "Radeon-Pro-V710"),
)
_COMPILED = tuple((re.compile(pattern), family) for pattern, family in _PATTERNS)


@lru_cache(maxsize=4096)
def canonical_model(text: str) -> str:
    """The family name of an accelerator, however it is spelled; a name that is not in the table comes back as it is.

    `nvidia-tesla-a100`, `NVIDIA_A100_80GB`, `NVIDIA-H100-80GB-HBM3`, `Trn2`, `v5p` and `H100-NVL` are all understood.
    NOTE: Google's `nvidia-tesla-a100` is the 40 GB card; a bare `A100` names no memory and stays `A100` (see `expand`).
    """
    raw = re.sub(r"[\s_\-/]+", " ", text.strip().lower())
    if raw == "nvidia tesla a100":
        return "A100-40GB"
    cleaned = raw
    while (shorter := _NOISE.sub("", cleaned)) != cleaned:
        cleaned = shorter
    for pattern, family in _COMPILED:
        match = pattern.fullmatch(cleaned)
        if match:
            name = match.expand(family)
            return name.upper() if len(name) <= 4 or name.startswith("MI") else name
    return "A100" if cleaned.startswith("a100") else text.strip()


def expand(text: str) -> tuple[str, ...]:
    """All family names that a policy author means by a name: a bare `A100` means the card of either memory size."""
    model = canonical_model(text)
    return ("A100-40GB", "A100-80GB") if model == "A100" else (model,)
