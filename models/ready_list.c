#include "models/ready_list.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/error.h"

void ready_list_init(struct ready_list *list, uint32_t size)
{
    *list = (struct ready_list){ .size = size };
    list->listed = mem_alloc((size + (size_t)1) * sizeof *list->listed);
    list->on_list = mem_alloc((size + (size_t)1) * sizeof *list->on_list);
    list->readable = mem_alloc((size + (size_t)1) * sizeof *list->readable);
    ready_list_clear(list);
}

void ready_list_close(struct ready_list *list)
{
    free(list->listed);
    free(list->on_list);
    free(list->readable);
}

void ready_list_clear(struct ready_list *list)
{
    memset(list->on_list, 0, list->size * sizeof *list->on_list);
    memset(list->readable, 0, list->size * sizeof *list->readable);
    list->count = 0;
}

void ready_list_add(struct ready_list *list, uint32_t connection)
{
    assert(connection < list->size);
    list->readable[connection] = true;
    if (list->on_list[connection])
        return;
    list->on_list[connection] = true;
    list->listed[list->count++] = connection;
}

void ready_list_wait(struct ready_list *list)
{
    uint32_t told = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        uint32_t c = list->listed[i];
        list->on_list[c] = list->readable[c];
        if (list->readable[c])
            list->listed[told++] = c;
        list->readable[c] = false;
    }
    list->count = told;
}
