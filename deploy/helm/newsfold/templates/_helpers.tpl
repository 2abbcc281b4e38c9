{{- define "newsfold.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{/* Short enough that `-ingest` still fits into 63 characters. */}}
{{- define "newsfold.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $both := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $both .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- end -}}

{{- define "newsfold.selector" -}}
app.kubernetes.io/name: {{ include "newsfold.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "newsfold.labels" -}}
{{ include "newsfold.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "newsfold.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ default $.Chart.AppVersion .tag }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "newsfold.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ default (include "newsfold.fullname" .) .Values.serviceAccount.name }}
{{- else -}}
{{ default "default" .Values.serviceAccount.name }}
{{- end -}}
{{- end -}}

{{/* The services that run as Deployments: none on the embedded log. */}}
{{- define "newsfold.services" -}}
{{- $services := ternary (list "ingest" "dedup" "enrich") list (eq .Values.mode "kafka") -}}
{{- $roles := ternary (list "plan" "sign" "range" "pair") list (and (eq .Values.mode "kafka") .Values.spread.enabled) -}}
{{ concat $services $roles | toJson }}
{{- end -}}

{{/* The numeric user of the image: a kubelet cannot tell from a name that it is not root. */}}
{{- define "newsfold.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "newsfold.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* What the chart was told that nobody could run. Types and ranges are the schema's. */}}
{{- define "newsfold.check" -}}
{{- if eq .Values.image.tag "latest" -}}
  {{- fail "image.tag: nobody could say what runs under `latest`; name a version, or image.digest" -}}
{{- end -}}
{{- if and .Values.feeds.toml .Values.feeds.configMap -}}
  {{- fail "feeds.toml and feeds.configMap: one of the two" -}}
{{- end -}}
{{- if and .Values.spread.fold (not .Values.spread.enabled) -}}
  {{- fail "spread.fold: either dedup finds out for itself or the roles tell it; enable spread and let them catch up before, or leave fold off" -}}
{{- end -}}
{{- if and .Values.spread.enabled (ne .Values.mode "kafka") -}}
  {{- fail "spread.enabled: the roles are pods of their own over your brokers, which mode: embedded has not" -}}
{{- end -}}
{{- if eq .Values.mode "kafka" -}}
  {{- range $name := include "newsfold.services" . | fromJsonArray -}}
    {{- $identity := mergeOverwrite (deepCopy $.Values.kafka.identity) (index $.Values.services $name).identity -}}
    {{- include "newsfold.checkIdentity" (dict "root" $ "identity" $identity "where" (printf "services.%s.identity" $name)) -}}
  {{- end -}}
  {{- if .Values.desk.enabled -}}
    {{- $identity := mergeOverwrite (deepCopy .Values.kafka.identity) .Values.desk.identity -}}
    {{- include "newsfold.checkIdentity" (dict "root" . "identity" $identity "where" "desk.identity") -}}
  {{- end -}}
  {{- if .Values.topics.create -}}
    {{- $identity := mergeOverwrite (deepCopy .Values.kafka.identity) .Values.topics.identity -}}
    {{- include "newsfold.checkIdentity" (dict "root" . "identity" $identity "where" "topics.identity") -}}
  {{- end -}}
  {{- $workers := dig "enrich" "workers" 1 .Values.config | int -}}
  {{- $enrich := .Values.services.enrich -}}
  {{- $most := ternary $enrich.autoscaling.maxReplicas $enrich.replicas $enrich.autoscaling.enabled | int -}}
  {{- if gt (mul $workers $most) 4 -}}
    {{- fail (printf "config.enrich.workers: %d workers in each of up to %d pods are more than the 4 shards; lower one of the two" $workers $most) -}}
  {{- end -}}
{{- end -}}
{{- end -}}

{{- define "newsfold.checkIdentity" -}}
{{- $login := .root.Values.kafka.login.mechanism -}}
{{- if and (eq $login "SCRAM-SHA-512") (not (and .identity.user .identity.passwordSecret)) -}}
  {{- fail (printf "SCRAM-SHA-512 needs user and passwordSecret, in kafka.identity or in %s" .where) -}}
{{- end -}}
{{- if and (eq $login "OAUTHBEARER") (not .identity.tokenSecret) -}}
  {{- fail (printf "OAUTHBEARER needs tokenSecret, in kafka.identity or in %s" .where) -}}
{{- end -}}
{{- if and .identity.certificateSecret (not .root.Values.kafka.tls.enabled) -}}
  {{- fail (printf "certificateSecret is set in kafka.identity or %s, but kafka.tls.enabled is not" .where) -}}
{{- end -}}
{{- end -}}

{{/* Where the log is and who we are there: the environment of one container. Takes `root` and `identity`. */}}
{{- define "newsfold.kafkaEnv" -}}
- {name: NEWSFOLD_BUS__URL, value: {{ printf "kafka:%s" (join "," .root.Values.kafka.brokers) | quote }}}
- {name: NEWSFOLD_BUS__PREFIX, value: {{ .root.Values.kafka.prefix | quote }}}
{{- with .root.Values.kafka.tls }}
{{- if .enabled }}
- {name: NEWSFOLD_KAFKA__TLS, value: "true"}
{{- if .caSecret }}
- {name: NEWSFOLD_KAFKA__CA_FILE, value: /run/newsfold/authority/ca.crt}
{{- end }}
{{- end }}
{{- end }}
{{- if .identity.certificateSecret }}
- {name: NEWSFOLD_KAFKA__CERTIFICATE_FILE, value: /run/newsfold/certificate/tls.crt}
- {name: NEWSFOLD_KAFKA__KEY_FILE, value: /run/newsfold/certificate/tls.key}
{{- if .identity.certificatePasswordKey }}
- {name: NEWSFOLD_KAFKA__KEY_PASSWORD_FILE, value: /run/newsfold/certificate/password}
{{- end }}
{{- end }}
{{- with .root.Values.kafka.login }}
{{- if .mechanism }}
- {name: NEWSFOLD_KAFKA__MECHANISM, value: {{ .mechanism }}}
{{- if .allowPlaintext }}
- {name: NEWSFOLD_KAFKA__ALLOW_PLAINTEXT_LOGIN, value: "true"}
{{- end }}
{{- end }}
{{- if eq .mechanism "SCRAM-SHA-512" }}
- {name: NEWSFOLD_KAFKA__USER, value: {{ $.identity.user | quote }}}
- {name: NEWSFOLD_KAFKA__PASSWORD_FILE, value: /run/newsfold/login/password}
{{- else if eq .mechanism "OAUTHBEARER" }}
- {name: NEWSFOLD_KAFKA__TOKEN_FILE, value: /run/newsfold/login/token}
{{- end }}
{{- end }}
{{- end -}}

{{/* The Secrets behind those files: mounted as folders, so that what is renewed arrives. */}}
{{- define "newsfold.kafkaMounts" -}}
{{- range include "newsfold.kafkaSecrets" . | fromYamlArray }}
- {name: {{ .name }}, mountPath: /run/newsfold/{{ .name }}, readOnly: true}
{{- end }}
{{- end -}}

{{- define "newsfold.kafkaSecrets" -}}
{{- $tls := .root.Values.kafka.tls -}}
{{- $login := .root.Values.kafka.login.mechanism -}}
{{- if and $tls.enabled $tls.caSecret }}
- name: authority
  secret:
    secretName: {{ $tls.caSecret }}
    defaultMode: 0440
    items:
      - {key: {{ $tls.caKey }}, path: ca.crt}
{{- end }}
{{- with .identity }}
{{- if .certificateSecret }}
- name: certificate
  secret:
    secretName: {{ .certificateSecret }}
    defaultMode: 0440
    items:
      - {key: tls.crt, path: tls.crt}
      - {key: tls.key, path: tls.key}
      {{- with .certificatePasswordKey }}
      - {key: {{ . }}, path: password}
      {{- end }}
{{- end }}
{{- if $login }}
{{- $scram := eq $login "SCRAM-SHA-512" }}
- name: login
  secret:
    secretName: {{ ternary .passwordSecret .tokenSecret $scram }}
    defaultMode: 0440
    items:
      - {key: {{ ternary .passwordKey .tokenKey $scram }}, path: {{ ternary "password" "token" $scram }}}
{{- end }}
{{- end }}
{{- end -}}

{{/* A copied text of monitoring that leads to the newsroom's own runbook. */}}
{{- define "newsfold.monitoring" -}}
{{ replace "https://newsfold.example/deploy/runbook.md" .root.Values.monitoring.runbook .text }}
{{- end -}}
