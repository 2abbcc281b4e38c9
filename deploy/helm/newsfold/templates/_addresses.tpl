{{/*
What is not the internet, by IANA's special-purpose registries and the fetcher's own guard; 169.254.0.0/16 holds
the clouds' metadata. Of IPv6 all that is given out lies in 2000::/3, so only its exceptions are here. `colon`
asks for IPv6.
*/}}
{{- define "newsfold.private" -}}
{{- $all := list
      "0.0.0.0/8" "10.0.0.0/8" "100.64.0.0/10" "127.0.0.0/8" "169.254.0.0/16" "172.16.0.0/12" "192.0.0.0/24"
      "192.0.2.0/24" "192.88.99.0/24" "192.168.0.0/16" "198.18.0.0/15" "198.51.100.0/24" "203.0.113.0/24"
      "224.0.0.0/4" "240.0.0.0/4"
      "2001::/23" "2001:db8::/32" "2002::/16" "3fff::/20" -}}
{{- $asked := list -}}
{{- range concat $all .root.Values.networkPolicy.internetExcept -}}
  {{- if eq (contains ":" .) $.colon }}{{ $asked = append $asked . }}{{ end -}}
{{- end -}}
{{- toYaml $asked -}}
{{- end -}}
