package main

import (
	"errors"
	"fmt"
	"os"

	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	crd "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structural "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"sigs.k8s.io/yaml"
)

// The schema that a CRD has for the version that is stored.
type resourceSchema struct {
	validator validation.SchemaValidator
	fields    *structural.Structural
}

func readResourceSchema(crdFile string) (*resourceSchema, error) {
	text, err := os.ReadFile(crdFile)
	if err != nil {
		return nil, err
	}
	var definition crd.CustomResourceDefinition
	if err := yaml.Unmarshal(text, &definition); err != nil {
		return nil, err
	}
	for _, version := range definition.Spec.Versions {
		if !version.Storage || version.Schema == nil {
			continue
		}
		var schema apiextensions.JSONSchemaProps
		if err := crd.Convert_v1_JSONSchemaProps_To_apiextensions_JSONSchemaProps(
			version.Schema.OpenAPIV3Schema, &schema, nil); err != nil {
			return nil, err
		}
		validator, _, err := validation.NewSchemaValidator(&schema)
		if err != nil {
			return nil, err
		}
		fields, err := structural.NewStructural(&schema)
		return &resourceSchema{validator, fields}, err
	}
	return nil, errors.New("no version is stored")
}

// Wrong types and forms, and the fields that an API server would drop.
func (s *resourceSchema) check(text []byte) []error {
	var object map[string]any
	if err := yaml.Unmarshal(text, &object); err != nil {
		return []error{err}
	}
	var problems []error
	for _, problem := range validation.ValidateCustomResource(nil, object, s.validator) {
		problems = append(problems, fmt.Errorf("by the CRD: %w", problem))
	}
	track := structural.UnknownFieldPathOptions{TrackUnknownFieldPaths: true}
	for _, path := range pruning.PruneWithOptions(object, s.fields, true, track) {
		problems = append(problems, fmt.Errorf("by the CRD: unknown field %q", path))
	}
	return problems
}
