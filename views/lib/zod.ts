import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';

// Schemas made before this call have no `.openapi`, so every schema of the API imports zod from here.
extendZodWithOpenApi(z);

export { z };
