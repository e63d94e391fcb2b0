/** The place of a copied file, relative to the script: `new URL(place, import.meta.url)` (build.mjs). */
declare module "asset:*" {
  const place: string;
  export default place;
}
