import { extendZodWithOpenApi } from '@asteasolutions/zod-to-openapi';
import { z } from 'zod';

// Schemas made before this call have no `.openapi` method, so every file with schemas of the API imports zod from this file.
extendZodWithOpenApi(z);

export { z };
