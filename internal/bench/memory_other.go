//go:build !linux

package main

// watchOwnMemory tells nothing here.
func watchOwnMemory() (worst func() float64) { return func() float64 { return 0 } }
