/** Who may reach the brokers, and what for: certificates, users, rights. docs/adr/0033. */
package io.tidegate.dev.kafka.access;
