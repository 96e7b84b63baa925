package main

import (
	"debug/buildinfo"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strings"
)

// The shapes of CycloneDX 1.6 (cyclonedx.org/docs/1.6/json), as far as we have
// something to say. It has no serial number and no time: both would make every
// build another one.
type (
	billOfMaterials struct {
		Format     string      `json:"bomFormat"`
		Spec       string      `json:"specVersion"`
		Version    int         `json:"version"`
		Metadata   metadata    `json:"metadata"`
		Components []component `json:"components"`
	}
	metadata struct {
		Component component `json:"component"`
	}
	component struct {
		Type       string     `json:"type"`
		Ref        string     `json:"bom-ref"`
		Name       string     `json:"name"`
		Version    string     `json:"version"`
		PackageURL string     `json:"purl,omitempty"`
		Hashes     []hash     `json:"hashes,omitempty"`
		Properties []property `json:"properties,omitempty"`
	}
	hash struct {
		Algorithm string `json:"alg"`
		Content   string `json:"content"`
	}
	property struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
)

// bill gives the bill of materials of a program: the modules that the linker
// put into it, as it says itself, and the Go release.
func bill(program, version string) ([]byte, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil, fmt.Errorf("read what the program is made of: %w", err)
	}
	b := billOfMaterials{Format: "CycloneDX", Spec: "1.6", Version: 1}
	b.Metadata.Component = component{Type: "application", Ref: "main", Name: info.Main.Path, Version: version}
	b.Components = []component{{Type: "framework", Ref: "go", Name: "go", Version: strings.TrimPrefix(info.GoVersion, "go")}}
	for _, m := range info.Deps { // sorted by the linker
		c, err := dependency(m)
		if err != nil {
			return nil, err
		}
		b.Components = append(b.Components, c)
	}
	text, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the bill of materials: %w", err)
	}
	return append(text, '\n'), nil
}

// dependency describes a module. Its sum (go.sum's h1) is SHA-256 over the list
// of its files' sums, not over one file, and stands here under its own name.
func dependency(m *debug.Module) (component, error) {
	used := m
	if m.Replace != nil {
		used = m.Replace
	}
	c := component{Type: "library", Ref: used.Path + "@" + used.Version, Name: used.Path, Version: used.Version,
		PackageURL: "pkg:golang/" + used.Path + "@" + used.Version}
	encoded, ok := strings.CutPrefix(used.Sum, "h1:")
	if !ok {
		return component{}, fmt.Errorf("the module %s %s has no sum: releases are made of published modules only", used.Path, used.Version)
	}
	sum, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return component{}, fmt.Errorf("read the sum of %s: %w", used.Path, err)
	}
	c.Hashes = []hash{{"SHA-256", hex.EncodeToString(sum)}}
	c.Properties = []property{{"go:sum", used.Sum}}
	return c, nil
}
