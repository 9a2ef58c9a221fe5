// What is counted: allocations by a malloc of our own in front of glibc's, instructions by callgrind.
#ifndef GATEPOST_COUNTING_H
#define GATEPOST_COUNTING_H

// Whether callgrind watches.
int counting_is_watched(void);
// Forgets the instructions so far.
void counting_begin(void);
// Has callgrind write down the instructions since counting_begin, under this name.
void counting_end(const char *name);
// Calls of malloc and its relatives, of the whole process, so far.
unsigned long counting_allocations(void);

#endif
