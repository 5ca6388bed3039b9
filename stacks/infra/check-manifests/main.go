// Reads manifests as their platforms do, and refuses what they would ignore or refuse:
//
//	check-manifests <Knative's CRD of a Service> <file> …
//
// stack.yml is read by faas-cli's own parser. A Service of Knative is held to the schema of its CRD, as an API server does
// it, and to the checks of Knative's webhook. Everything else is read into the types of Kubernetes. A field that nobody
// knows is refused everywhere. One line for each problem; exits 1 where there is one.
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/openfaas/go-sdk/stack"
	yamlv3 "gopkg.in/yaml.v3"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/kubernetes/scheme"
	"knative.dev/pkg/apis"
	serving "knative.dev/serving/pkg/apis/serving/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "check-manifests <Knative's CRD of a Service> <file> …")
		os.Exit(2)
	}
	checker, err := newChecker(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	status := 0
	for _, file := range os.Args[2:] {
		for _, problem := range checker.checkFile(file) {
			fmt.Printf("%s: %s\n", filepath.Base(file), strings.ReplaceAll(problem.Error(), "\n", "; "))
			status = 1
		}
	}
	os.Exit(status)
}

type checker struct {
	decoder runtime.Decoder
	service *resourceSchema
}

func newChecker(crdFile string) (*checker, error) {
	service, err := readResourceSchema(crdFile)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", crdFile, err)
	}
	if err := serving.AddToScheme(scheme.Scheme); err != nil {
		return nil, err
	}
	codecs := serializer.NewCodecFactory(scheme.Scheme, serializer.EnableStrict)
	return &checker{decoder: codecs.UniversalDeserializer(), service: service}, nil
}

func (c *checker) checkFile(file string) []error {
	text, err := os.ReadFile(file)
	if err != nil {
		return []error{err}
	}
	var object struct{ APIVersion, Kind string }
	if err := yaml.Unmarshal(text, &object); err != nil {
		return []error{err}
	}
	switch {
	case object.Kind == "":
		return checkStack(text)
	case object.APIVersion == serving.SchemeGroupVersion.String():
		return append(c.service.check(text), c.checkObject(text)...)
	}
	return c.checkObject(text)
}

// What faas-cli reads, and what it would pass over: its parser ignores a field that it does not know, and quantities are
// read by the gateway only.
func checkStack(text []byte) []error {
	services, err := stack.ParseYAMLData(text, "", "", true)
	if err != nil {
		return []error{err}
	}
	var problems []error
	strict := yamlv3.NewDecoder(bytes.NewReader(text))
	strict.KnownFields(true)
	if err := strict.Decode(&stack.Services{}); err != nil {
		problems = append(problems, err)
	}
	for name, function := range services.Functions {
		for _, given := range []*stack.FunctionResources{function.Limits, function.Requests} {
			if given == nil {
				continue
			}
			for _, quantity := range []string{given.Memory, given.CPU} {
				if _, err := resource.ParseQuantity(quantity); quantity != "" && err != nil {
					problems = append(problems, fmt.Errorf("%s: %q: %w", name, quantity, err))
				}
			}
		}
	}
	return problems
}

// Reads an object as an API server does that is asked to be strict, and has Knative's webhook look at a Service.
func (c *checker) checkObject(text []byte) []error {
	object, _, err := c.decoder.Decode(text, nil, nil)
	if err != nil {
		return []error{err}
	}
	if service, ok := object.(*serving.Service); ok {
		ctx := apis.WithinCreate(context.Background())
		service.SetDefaults(ctx)
		if err := service.Validate(ctx); err != nil {
			return []error{err}
		}
	}
	return nil
}
