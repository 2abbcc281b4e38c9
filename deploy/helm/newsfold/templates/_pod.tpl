{{/*
The pod of one service, of the Desk, or of all on the embedded log. Takes `root`, `service`, `run` (what follows
`newsfold run`, where that is not the service), `resources`, and on Kafka `identity`.
*/}}
{{- define "newsfold.pod" -}}
{{- $values := .root.Values -}}
{{- $kafka := eq $values.mode "kafka" -}}
{{- $feeds := and (has .service (list "all" "ingest")) (or $values.feeds.toml $values.feeds.configMap) -}}
{{- $key := ternary $values.feeds.key "feeds.toml" (ne $values.feeds.configMap "") -}}
metadata:
  labels:
    {{- include "newsfold.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .service }}
    {{- with $values.pod.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    # A changed setting is a changed pod.
    checksum/config: {{ include (print .root.Template.BasePath "/configmap.yaml") .root | sha256sum | trunc 40 }}
    {{- if $feeds }}
    checksum/feeds: {{ toJson $values.feeds | sha256sum | trunc 40 }}
    {{- end }}
    {{- with $values.pod.annotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "newsfold.serviceAccount" .root }}
  automountServiceAccountToken: false
  # Kubernetes would set NEWSFOLD_…_PORT for every Service here, and Newsfold refuses settings it does not know.
  enableServiceLinks: false
  # Finish what is begun (ops.drain_s), leave the group, and some air.
  terminationGracePeriodSeconds: {{ add (dig "ops" "drain_s" 20 $values.config | ceil) 25 }}
  {{- with $values.image.pullSecrets }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  {{- with $values.pod.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  securityContext:
    {{- include "newsfold.podSecurity" .root | nindent 4 }}
  containers:
    - name: newsfold
      image: {{ include "newsfold.image" .root }}
      imagePullPolicy: {{ $values.image.pullPolicy }}
      args:
        {{- if ne .service "desk" }}
        - run
        {{- end }}
        - {{ default .service .run }}
        - --config=/etc/newsfold/newsfold.toml
        {{- if $feeds }}
        - --feeds=/etc/newsfold-feeds/{{ $key }}
        {{- end }}
      env:
        {{- if $kafka }}
        {{- include "newsfold.kafkaEnv" . | nindent 8 }}
        {{- else }}
        - {name: NEWSFOLD_BUS__URL, value: "sqlite:/var/lib/newsfold/newsfold.db"}
        {{- end }}
      ports:
        - {name: ops, containerPort: 9464}
      # The port opens before the bus is asked, and the loop turns while state is restored: slow nodes alone
      # need so long.
      startupProbe:
        httpGet: {path: /livez, port: ops}
        periodSeconds: 2
        failureThreshold: 60
      # The loop's own heartbeat and nothing beyond the process: a broker that is away kills no pod.
      livenessProbe:
        httpGet: {path: /livez, port: ops}
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 3
      readinessProbe:
        httpGet: {path: /readyz, port: ops}
        periodSeconds: 5
        timeoutSeconds: 5
        failureThreshold: 3
      resources:
        {{- toYaml .resources | nindent 8 }}
      securityContext:
        {{- include "newsfold.containerSecurity" .root | nindent 8 }}
      volumeMounts:
        - {name: config, mountPath: /etc/newsfold, readOnly: true}
        - {name: data, mountPath: /var/lib/newsfold}
        - {name: tmp, mountPath: /tmp}
        {{- if $feeds }}
        - {name: feeds, mountPath: /etc/newsfold-feeds, readOnly: true}
        {{- end }}
        {{- if $kafka }}
        {{- include "newsfold.kafkaMounts" . | trim | nindent 8 }}
        {{- end }}
  volumes:
    - name: config
      configMap:
        name: {{ include "newsfold.fullname" .root }}
    {{- if $feeds }}
    - name: feeds
      configMap:
        name: {{ default (printf "%s-feeds" (include "newsfold.fullname" .root)) $values.feeds.configMap }}
        items:
          - {key: {{ $key }}, path: {{ $key }}}
    {{- end }}
    - name: tmp
      emptyDir: {sizeLimit: {{ $values.scratch.tmp }}}
    {{- if $kafka }}
    # State is a changelog on the brokers; here lie snapshots, a fast way to it, which may be lost.
    - name: data
      emptyDir: {sizeLimit: {{ $values.scratch.state }}}
    {{- include "newsfold.kafkaSecrets" . | trim | nindent 4 }}
    {{- end }}
  {{- if $kafka }}
  topologySpreadConstraints:
    {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - topologyKey: {{ . }}
      maxSkew: 1
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "newsfold.selector" $.root | nindent 10 }}
          app.kubernetes.io/component: {{ $.service }}
    {{- end }}
  {{- end }}
  {{- with $values.pod.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.pod.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.pod.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
