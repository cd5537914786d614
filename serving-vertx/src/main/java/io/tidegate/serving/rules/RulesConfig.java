package io.tidegate.serving.rules;

import io.tidegate.contracts.rules.RuleCatalog;
import io.tidegate.contracts.rules.RuleDefinition;
import io.tidegate.contracts.rules.RuleFile;
import io.tidegate.serving.config.ConfigException;
import io.tidegate.serving.config.YamlSection;
import java.nio.file.Path;
import java.util.Map;

/**
 * Section {@code rules} of the configuration.
 *
 * @param base every rule before any change: the product's defaults, overridden by the file {@code rules.file}, which has to be the one
 *     that the jobs get by {@code --rules}; default none
 */
public record RulesConfig(Map<String, RuleDefinition> base) {

    public static final RulesConfig DEFAULT = new RulesConfig(RuleCatalog.defaults());

    /** @throws ConfigException where the file can't be read or has a rule that isn't allowed */
    public static RulesConfig read(YamlSection yaml, Path directory) {
        RulesConfig config = yaml.text("file")
                .map(file -> {
                    try {
                        return new RulesConfig(RuleFile.load(directory.resolve(file)));
                    } catch (IllegalArgumentException e) {
                        throw new ConfigException(yaml.name("file"), e.getMessage(), e);
                    }
                })
                .orElse(DEFAULT);
        yaml.finish();
        return config;
    }
}
