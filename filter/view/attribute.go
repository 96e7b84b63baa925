package view

import "strings"

// KnownAttribute tells whether a row condition may use :name. The gate binds
// these from the identity, and refuses a request whose identity lacks one.
func KnownAttribute(name string) bool {
	switch name {
	case "customer", "customer_code", "contact":
		return true
	}
	return strings.HasPrefix(name, "attr_") && len(name) > len("attr_")
}
