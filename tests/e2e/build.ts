import { build } from '../../scripts/built.js';

/** The e2e tests run the built product, as a customer and a technician would. */
export default build;
