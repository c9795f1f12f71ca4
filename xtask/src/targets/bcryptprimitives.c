/* bcryptprimitives.dll, which Rust's std imports for random bytes and Wine lacks before version 9. */
#include <windows.h>

/* RtlGenRandom, by the name it is exported under. */
BOOLEAN WINAPI SystemFunction036(PVOID, ULONG);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE bytes, SIZE_T length)
{
    while (length > 0) {
        ULONG step = length > 0x40000000 ? 0x40000000 : (ULONG)length;
        if (!SystemFunction036(bytes, step))
            return FALSE;
        bytes += step;
        length -= step;
    }
    return TRUE;
}
