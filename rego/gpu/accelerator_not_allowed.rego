# METADATA
# title: Only allowed accelerators for the environment
# description: Fails when a resource may start an accelerator model that its environment does not allow.
# scope: package
# custom:
#   id: GPU-001
#   pack: gpu
#   severity: high
#   enforcement: block
#   on_unknown: block
#   inputs: [plan, k8s, inventory]
#   kinds: ["compute.*", "ai.*", "k8s.workload", "k8s.nodepool"]
#   parameters:
#     allowed:
#       type: map
#       default:
#         prod: [T4, L4, L40S, A10G, A100-40GB, A100-80GB, H100]
#         staging: [T4, L4, A10G, L40S]
#         dev: [T4, L4]
#         sandbox: [T4, L4]
#         unknown: [T4, L4]
#       description: Accelerator models per environment, by catalogue name; A100 means both sizes.
#   remediation: Use an allowed type, or ask for an exception with an end date.
package spendgate.gpu.accelerator_not_allowed

import data.spendgate.lib
import rego.v1

allowed := lib.param("GPU-001", "allowed", {})

# What has accelerators, or may turn out to have some.
judged contains r if {
	some r in input.resources
	r.action in lib.judged_actions
	_runs_accelerators(r)
	lib.maybe_above(r, "accel.count", 0)
}

judged contains r if {
	some r in input.resources
	r.action in lib.judged_actions
	_runs_accelerators(r)
	r.accel.count > 0
}

applies contains r.address if some r in judged

_runs_accelerators(r) if startswith(r.kind, "compute.")

_runs_accelerators(r) if startswith(r.kind, "ai.")

_runs_accelerators(r) if r.kind in {"k8s.workload", "k8s.nodepool"}

_allowed(r) := lib.by_env(allowed, r.env)

_names(r) := {card | some name in _allowed(r); some card in lib.card_names(name)}

# Models that are known not to be allowed.
_extra(r) := {model | some model in r.accel.models; model != null; not model in _names(r)}

_wrong(r) if count(_extra(r)) > 0

_wrong(r) if count(r.accel.models) == 0

_named(models) := concat(", ", sort(models)) if {
	count(models) > 0
} else := "an accelerator without a name"

_unknown_model(r) if lib.unknown(r, "accel.models")

_unknown_model(r) if {
	some path in r.unknown
	startswith(path, "accel.models.")
}

deny contains object.union(_saved(r), result) if {
	some r in judged
	not lib.unknown(r, "accel.count")
	not lib.unknown(r, "accel.models")
	_wrong(r)
	result := {
		"msg": sprintf("%s may start %s in %s; allowed: %s.", [r.address, _named(_extra(r)), r.env, concat(", ", _allowed(r))]),
		"resource": r.address,
		"path": "accel.models",
		"actual": r.accel.models,
		"expected": _allowed(r),
	}
}

# Against the cheapest allowed machine with enough memory, when the run knows one.
_saved(r) := {"savings": {"monthly": saved, "formula": "cost.monthly.expected - cheapest_allowed.monthly"}} if {
	saved := r.cost.monthly.expected - r.cheapest_allowed.monthly
	saved >= 0
} else := {}

unknown contains result if {
	some r in judged
	_unknown_model(r)
	result := _unsure(r, "the accelerator is not known yet; it must turn out to be an allowed one")
}

unknown contains result if {
	some r in judged
	lib.unknown(r, "accel.count")
	not _unknown_model(r)
	_wrong(r)
	result := _unsure(r, "whether it has accelerators at all is not known yet")
}

_unsure(r, why) := {"msg": sprintf("%s: %s.", [r.address, why]), "resource": r.address, "path": "accel.models"}
