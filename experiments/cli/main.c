/* main.c - pushsim: picks the subcommand. PLACEHOLDER until the command line lands. */
#include <stdio.h>

int main(void)
{
    puts("pushsim");
    return 0;
}
