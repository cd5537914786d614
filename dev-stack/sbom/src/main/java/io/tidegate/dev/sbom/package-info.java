/** Which licences the parts that are delivered are under, and whether each is allowed. */
package io.tidegate.dev.sbom;
