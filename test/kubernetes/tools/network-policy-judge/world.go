// The cluster of one case, as the evaluator sees it: namespaces, pods and policies, with the defaults that an API server
// would have filled in. The evaluator relies on those defaults, and some of them decide a verdict.
package main

import (
	"encoding/json"
	"errors"
	"fmt"

	v1 "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	strictjson "sigs.k8s.io/json"
	"sigs.k8s.io/kube-network-policies/pkg/api"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"
)

type Namespace struct {
	Name   string            `json:"name"`
	Labels map[string]string `json:"labels"`
}

type Port struct {
	Name     string      `json:"name"`
	Port     int32       `json:"port"`
	Protocol v1.Protocol `json:"protocol"`
}

type Pod struct {
	Namespace   string            `json:"namespace"`
	Name        string            `json:"name"`
	Labels      map[string]string `json:"labels"`
	IP          string            `json:"ip"`
	Ports       []Port            `json:"ports"`
	HostNetwork bool              `json:"hostNetwork"`
}

type Case struct {
	Namespaces      []Namespace                `json:"namespaces"`
	Pods            []Pod                      `json:"pods"`
	NetworkPolicies []networking.NetworkPolicy `json:"networkPolicies"`
	Queries         []Query                    `json:"queries"`
}

type world struct {
	addresses  map[string]string       // "namespace/name" of a pod to its IP
	pods       map[string]*api.PodInfo // IP to the pod, without the pods of the host's network
	evaluators []api.PolicyEvaluator
}

// GetPodInfoByIP makes the world the evaluator's source of pods.
func (w *world) GetPodInfoByIP(ip string) (*api.PodInfo, bool) {
	pod, ok := w.pods[ip]
	return pod, ok
}

// readCase refuses unknown fields anywhere: a policy with a misspelt field would mean something else than its writer meant.
func readCase(line []byte) (*world, []Query, error) {
	var input Case
	strict, err := strictjson.UnmarshalStrict(line, &input)
	if err = errors.Join(append(strict, err)...); err != nil {
		return nil, nil, err
	}
	w := &world{addresses: map[string]string{}, pods: map[string]*api.PodInfo{}}
	namespaces := map[string]map[string]string{}
	for _, namespace := range input.Namespaces {
		labels := map[string]string{}
		for name, value := range namespace.Labels {
			labels[name] = value
		}
		labels[v1.LabelMetadataName] = namespace.Name // as the API server does, whatever the user wrote
		namespaces[namespace.Name] = labels
	}
	for _, pod := range input.Pods {
		if err := w.addPod(pod, namespaces); err != nil {
			return nil, nil, err
		}
	}
	if err := w.addPolicies(input.NetworkPolicies, namespaces); err != nil {
		return nil, nil, err
	}
	return w, input.Queries, nil
}

func (w *world) addPod(pod Pod, namespaces map[string]map[string]string) error {
	key := pod.Namespace + "/" + pod.Name
	labels, known := namespaces[pod.Namespace]
	if !known {
		return fmt.Errorf("pod %s: its namespace is not in the case", key)
	}
	if _, twice := w.addresses[key]; twice {
		return fmt.Errorf("pod %s occurs twice", key)
	}
	w.addresses[key] = pod.IP
	if pod.HostNetwork {
		return nil // its address is the node's: no selector ever matches it
	}
	if _, twice := w.pods[pod.IP]; twice {
		return fmt.Errorf("pod %s: another pod has its address %s", key, pod.IP)
	}
	var ports []v1.ContainerPort
	for _, port := range pod.Ports {
		protocol, err := protocolOf(port.Protocol)
		if err != nil {
			return fmt.Errorf("pod %s: %w", key, err)
		}
		ports = append(ports, v1.ContainerPort{Name: port.Name, ContainerPort: port.Port, Protocol: protocol})
	}
	w.pods[pod.IP] = api.NewPodInfo(&v1.Pod{
		ObjectMeta: meta.ObjectMeta{Namespace: pod.Namespace, Name: pod.Name, Labels: pod.Labels},
		Spec:       v1.PodSpec{Containers: []v1.Container{{Name: "main", Ports: ports}}},
	}, labels, nil, "")
	return nil
}

func (w *world) addPolicies(policies []networking.NetworkPolicy, namespaces map[string]map[string]string) error {
	// The informers are never started: they only hold what is put into them here, indexed as the evaluator wants it.
	factory := informers.NewSharedInformerFactory(nil, 0)
	store := factory.Networking().V1().NetworkPolicies()
	w.evaluators = []api.PolicyEvaluator{networkpolicy.NewStandardNetworkPolicy(
		"", factory.Core().V1().Namespaces(), factory.Core().V1().Pods(), store)}
	seen := map[string]bool{}
	for _, policy := range policies {
		key := policy.Namespace + "/" + policy.Name
		if _, known := namespaces[policy.Namespace]; !known {
			return fmt.Errorf("policy %s: its namespace is not in the case", key)
		}
		if policy.Name == "" || seen[key] {
			return fmt.Errorf("policy %s: it has no name, or its name occurs twice", key)
		}
		seen[key] = true
		if err := complete(&policy); err != nil {
			return fmt.Errorf("policy %s: %w", key, err)
		}
		if err := store.Informer().GetStore().Add(&policy); err != nil {
			return err
		}
	}
	return nil
}

// complete fills in what an API server would have, and refuses what it would refuse of the fields that matter here.
func complete(policy *networking.NetworkPolicy) error {
	spec := &policy.Spec
	// An API server keeps no difference between an empty list and a missing one. The evaluator takes an empty list of rules
	// for "everything is allowed"; it means that nothing is.
	if len(spec.Ingress) == 0 {
		spec.Ingress = nil
	}
	if len(spec.Egress) == 0 {
		spec.Egress = nil
	}
	if len(spec.PolicyTypes) == 0 {
		spec.PolicyTypes = []networking.PolicyType{networking.PolicyTypeIngress}
		if spec.Egress != nil {
			spec.PolicyTypes = append(spec.PolicyTypes, networking.PolicyTypeEgress)
		}
	}
	selectors := []*meta.LabelSelector{&spec.PodSelector}
	peers := []networking.NetworkPolicyPeer{}
	ports := [][]networking.NetworkPolicyPort{}
	for _, rule := range spec.Ingress {
		peers, ports = append(peers, rule.From...), append(ports, rule.Ports)
	}
	for _, rule := range spec.Egress {
		peers, ports = append(peers, rule.To...), append(ports, rule.Ports)
	}
	for _, peer := range peers {
		if err := checkPeer(peer); err != nil {
			return err
		}
		selectors = append(selectors, peer.PodSelector, peer.NamespaceSelector)
	}
	for _, selector := range selectors {
		if _, err := meta.LabelSelectorAsSelector(selector); err != nil {
			return err
		}
	}
	for _, list := range ports {
		for index := range list {
			if err := completePort(&list[index]); err != nil {
				return err
			}
		}
	}
	return nil
}

// describe is for messages: the object as its writer knows it.
func describe(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(text)
}
