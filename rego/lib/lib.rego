# Helpers for policies that keep the contract of spendgate: what is unknown, parameters, money, tags.
package spendgate.lib

import rego.v1

# The actions after which a resource is there and ours: what policies judge unless they say otherwise.
judged_actions := {"create", "update", "replace", "import", "declare", "exists"}

# True when a path of a resource (or of the change, or of a group), or a parent of it, is not known.
unknown(subject, path) if path in subject.unknown

unknown(subject, path) if {
	some parent in subject.unknown
	startswith(path, concat("", [parent, "."]))
}

# The value at a dotted path, or the fallback when it is absent, null or unknown. Test `unknown` first.
get(subject, path, fallback) := value if {
	value := object.get(subject, split(path, "."), null)
	value != null
} else := fallback

# True when the path holds a value: neither absent nor null nor unknown.
known(subject, path) if {
	not unknown(subject, path)
	get(subject, path, null) != null
}

# Parameter: the run's configuration, then the default that the policy gives.
# NOTE: object.get and not `not data...`, since a parameter may be false or 0.
param(id, name, fallback) := object.get(data.spendgate.params, [id, name], fallback)

# What is the least and the most that a number can be: itself when it is known, the bounds when only those are.
least(subject, path) := value if {
	value := get(subject, path, null)
	value != null
} else := value if {
	value := subject.bounds[path].lower
	value != null
}

most(subject, path) := value if {
	value := get(subject, path, null)
	value != null
} else := value if {
	value := subject.bounds[path].upper
	value != null
}

# Three-valued comparisons with a limit: `above` is certain, `maybe_above` is not excluded, by bounds or for want of any.
above(subject, path, limit) if least(subject, path) > limit

maybe_above(subject, path, limit) if {
	unknown(subject, path)
	not above(subject, path, limit)
	not at_most(subject, path, limit)
}

at_most(subject, path, limit) if most(subject, path) <= limit

# Money with two places and the currency of the run. What nothing bounds is the text "Infinity" in the input.
# NOTE: not "%.2f", which writes a whole number as %!f(int64=500).
money(amount) := sprintf("%s%d.%02d %s", [_sign(amount), floor(cents / 100), cents % 100, currency]) if {
	is_number(amount)
	cents := round(abs(amount) * 100)
	currency := object.get(input, ["run", "currency"], "USD")
} else := "an unlimited amount"

_sign(amount) := "-" if {
	amount < 0
} else := ""

# The value of a tag by its canonical key, or "" when it is missing. Test `unknown(r, "tags.<key>")` first.
tag(r, key) := get(r, concat(".", ["tags", key]), "")

missing_tags(r, keys) := {key |
	some key in keys
	not unknown(r, concat(".", ["tags", key]))
	tag(r, key) == ""
}

# All catalogue names of accelerators that a policy's author means by a name: `trn2` is Trainium2, a bare A100 either size.
card_names(name) := {card | some card in object.get(data.spendgate.names, name, [name])}

# The entry of a map by environment; an environment without one takes that of `unknown`.
by_env(map, env) := object.get(map, env, map.unknown)
