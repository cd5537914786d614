import { useEffect, useRef, useState } from 'preact/hooks';

/** The width of an element in whole pixels, for drawing exactly that wide. */
export function useWidth<E extends HTMLElement>(atFirst: number) {
  const ref = useRef<E>(null);
  const [width, setWidth] = useState(atFirst);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.max(200, Math.floor(entry!.contentRect.width))));
    observer.observe(ref.current!);
    return () => observer.disconnect();
  }, []);
  return { ref, width };
}
