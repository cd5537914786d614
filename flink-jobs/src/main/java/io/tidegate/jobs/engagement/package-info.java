/**
 * Job {@code engagement}: pushes to one person. Milestones go to the author of a post, big wins and a hint to take a break to a
 * player. A milestone is about a total, whatever its speed; sudden growth is {@code surge}'s.
 */
package io.tidegate.jobs.engagement;
