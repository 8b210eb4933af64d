package main

import data.lib.plan
import rego.v1

# Every machine that stays carries the tags that data asks for.
deny_tags contains result if {
	some change in plan.kept(input)
	change.type in data.taggable
	missing := {tag | some tag in data.required_tags} - object.keys(object.get(change.change.after, "tags", {}))
	count(missing) > 0
	result := {
		"msg": sprintf("%s lacks %s", [change.address, concat(", ", sort(missing))]),
		"resource": change.address,
		"details": {"missing": missing},
		"_loc": {"file": "main.tf", "line": 3},
	}
}

warn contains msg if {
	some change in plan.kept(input)
	change.change.actions == ["delete", "create"]
	msg := sprintf("%s is replaced", [change.address])
}

violation_public contains {"msg": "an address is public"} if {
	some change in plan.kept(input)
	change.change.after.associate_public_ip_address == true
}

exception contains rules if {
	input.terraform_version == "1.9.0"
	rules := ["public"]
}
