/**
 * Bring a channel to its one form.
 *
 * @param {ArtifactType} type
 * @param {string} text - how somebody wrote it, at most 2,048 characters
 * @param {PublicSuffixes} suffixes
 * @returns {Artifact}
 * @throws {Failure} one of the `ARTIFACT_…` codes
 */
export function canonicalArtifact(type: ArtifactType, text: string, suffixes: PublicSuffixes): Artifact;
export type PublicSuffixes = import("./suffixes.js").PublicSuffixes;
export type Artifact = import("./model.js").Artifact;
export type ArtifactType = import("./model.js").ArtifactType;
