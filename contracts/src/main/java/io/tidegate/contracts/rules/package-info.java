/**
 * The detection rules as gateway and jobs share them: which there are ({@link io.tidegate.contracts.rules.RuleCatalog}), what
 * their fields may be, their defaults, the rules file, and the record of topic {@code rules}
 * ({@link io.tidegate.contracts.rules.RuleRecords}).
 */
package io.tidegate.contracts.rules;
