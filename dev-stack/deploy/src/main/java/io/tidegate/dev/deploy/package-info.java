/** Checks and generators for what is deployed elsewhere: {@code docker-compose.yml}, {@code deploy/}, {@code grafana/}, {@code sql/cluster/}. */
package io.tidegate.dev.deploy;
